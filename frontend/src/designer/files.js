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
      texts.set(path, text);
      changed.delete(path);
    },
    changed: () => Object.fromEntries([...changed].map((path) => [path, texts.get(path)])),
  };
}

/**
 * A form with nothing but an opinion, to be built on: schema and layout by path.
 *
 * @param {{slug: string, name: string, title: string, taken: (path: string) => boolean}} given
 */
export function blankForm({ slug, name, title, taken }) {
  const stem = `${slug}/${name.toLowerCase().replace(/\W+/g, '_')}`;
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
  const layout = { 'ui:order': ['opinion'], opinion: { 'ui:widget': 'textarea', 'ui:options': { rows: 4 } } };
  const text = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    name: `${own}.json`,
    files: { [`forms/${own}.json`]: text(schema), [`forms/${own}.ui.json`]: text(layout) },
  };
}
