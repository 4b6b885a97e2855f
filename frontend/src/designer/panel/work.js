/** 办理: who does it, with which form, by when. */
import { h } from '@bpmn-io/diagram-js-ui';
import { Group, Pick } from './fields.js';
import { Limit, Reading } from './limit.js';

/** @param {{given: Record<string, string>, set: (given: Record<string, string>) => void, title?: string, context: any, form?: boolean}} props */
export function Work({ given, set, title, context, form = true }) {
  return [
    h(Pick, {
      label: '办理单位',
      value: given.actor ?? '',
      options: context.reference.actors,
      commit: (actor) => set({ actor }),
      hint: /^\{/.test(given.actor ?? '') ? '花括号里的由案件或调用它的流程确定' : null,
    }),
    form && h(Form, { given, set, title, context }),
  ];
}

function Form({ given, set, title, context }) {
  const { files, reference } = context;
  const chosen = given.formJsonSchemaFilename ?? '';
  const choose = (value) =>
    set({
      formJsonSchemaFilename: value,
      formUiSchemaFilename: value && value.replace(/\.json$/, '.ui.json'),
    });
  const options = Object.entries(reference.forms).map(([value, form]) => ({
    value,
    label: form.title || value,
    hint: value,
  }));
  const path = `forms/${chosen}`;
  return h(
    'div',
    null,
    h(Pick, { label: '表单', value: chosen, options, commit: choose, none: '（没有表单）' }),
    h(
      'p',
      { class: 'qc-row' },
      h(
        'button',
        { type: 'button', class: 'qc-link', onClick: () => choose(context.newForm(title || '意见')) },
        '新建表单',
      ),
      chosen &&
        files.has(path) &&
        context.page('forms') &&
        h('a', { href: `${context.page('forms')}?file=${encodeURIComponent(path)}` }, '打开表单'),
    ),
  );
}

/** 期限 of an element. */
export function Due({ due, reading, set, context }) {
  return h(
    Group,
    { title: '期限' },
    h(Limit, { source: due ?? '', events: context.events, set: (source) => set({ due: source }) }),
    (due || reading) && h(Reading, { reading, set: (text) => set({ reading: text }) }),
  );
}
