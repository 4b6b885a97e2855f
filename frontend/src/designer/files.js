import { suggestName } from '../formbuilder/model/names.js';

/** The files of a design on this page: as they were saved, and those that were changed here. */

/** @param {Record<string, string>} saved text by path */
export function createFiles(saved) {
  const texts = new Map(Object.entries(saved));
  const changed = new Set();
  return {
    has: (path) => texts.has(path),
    get: (path) => texts.get(path) ?? null,
    write(path, text) {
      texts.set(path, text);
      changed.add(path);
    },
    /** What somebody else saved: no change of this page. */
    replace(path, text) {
      if (text === null) texts.delete(path);
      else texts.set(path, text);
      changed.delete(path);
    },
    changed: () => Object.fromEntries([...changed].map((path) => [path, texts.get(path)])),
  };
}

/**
 * A form with nothing but an opinion, to be built on: schema and layout by path.
 *
 * @param {{slug: string, process: string, title: string, taken: (path: string) => boolean}} given named after the process and its title
 */
export function blankForm({ slug, process, title, taken }) {
  const stem = `${slug}/${process}_${suggestName(title, [])}`;
  let own = stem;
  for (let number = 2; taken(`forms/${own}.json`); number += 1) own = `${stem}_${number}`;
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    type: 'object',
    properties: { opinion: { type: 'string', title: '意见', minLength: 1, maxLength: 2000 } },
    required: ['opinion'],
    additionalProperties: false,
  };
  const sections = [{ title: '办理意见', fields: ['opinion'] }];
  const layout = { 'ui:sections': sections, opinion: { 'ui:widget': 'textarea', 'ui:options': { rows: 4 } } };
  const text = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    name: `${own}.json`,
    files: { [`forms/${own}.json`]: text(schema), [`forms/${own}.ui.json`]: text(layout) },
  };
}
