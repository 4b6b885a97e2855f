/** 新建决策表: a small form beside the list. */
import { h } from '../shared/dom.js';

/**
 * @param {{types: {value: string, label: string}[], fields: Map<string, any>, make: (given: object) => Promise<void>, close: () => void}} given
 *   `make` rejects with an error that carries `body.fields`
 */
export function createForm({ types, fields, make, close }) {
  const inputs = new Map();
  const field = (name, label, attributes = {}) => {
    const input = h('input', { class: 'form-control form-control-sm', id: `new-${name}`, ...attributes });
    return wrapped(name, label, input);
  };
  const choice = (name, label) => {
    const input = h(
      'select',
      { class: 'form-select form-select-sm', id: `new-${name}` },
      ...types.map(({ value, label: words }) => h('option', { value }, words)),
    );
    return wrapped(name, label, input);
  };
  function wrapped(name, label, input) {
    const said = h('div', { class: 'invalid-feedback', id: `new-${name}-said` });
    input.setAttribute('aria-describedby', said.id);
    inputs.set(name, { input, said });
    return h(
      'div',
      { class: 'col-auto' },
      h('label', { class: 'form-label', for: input.id }, label),
      input,
      said,
    );
  }

  const known = h(
    'datalist',
    { id: 'qc-known-fields' },
    ...[...fields.values()].map(({ name, title, form }) =>
      h('option', { value: name }, `${title}（${form}）`),
    ),
  );
  const form = h(
    'form',
    { class: 'qc-paper qc-new-table', 'aria-label': '新建决策表', novalidate: true },
    h('h2', {}, '新建决策表'),
    h(
      'div',
      { class: 'row g-2' },
      field('title', '决策表名称'),
      field('name', '标识（小写字母、数字、下划线）'),
    ),
    h(
      'div',
      { class: 'row g-2' },
      field('input_label', '输入列名称'),
      field('input', '取自（表单字段的变量名）', { list: known.id }),
      choice('input_type', '类型'),
    ),
    h(
      'div',
      { class: 'row g-2' },
      field('output_label', '输出列名称'),
      field('output', '得出的变量名'),
      choice('output_type', '类型'),
    ),
    known,
    h(
      'div',
      { class: 'd-flex gap-2 mt-2' },
      h('button', { class: 'btn btn-primary btn-sm' }, '建立'),
      h('button', { type: 'button', class: 'btn btn-sm', onclick: close }, '取消'),
    ),
  );
  inputs.get('input').input.addEventListener('change', ({ target }) => {
    const found = fields.get(target.value);
    if (!found) return;
    if (!inputs.get('input_label').input.value) inputs.get('input_label').input.value = found.title;
    const kind = { integer: 'number' }[found.type] ?? found.type;
    if (types.some(({ value }) => value === kind)) inputs.get('input_type').input.value = kind;
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    show({});
    const given = Object.fromEntries([...inputs].map(([name, { input }]) => [name, input.value]));
    try {
      await make(given);
    } catch (error) {
      show(error.body?.fields ?? { title: error.message });
    }
  });

  function show(wrong) {
    for (const [name, { input, said }] of inputs) {
      input.classList.toggle('is-invalid', name in wrong);
      said.textContent = wrong[name] ?? '';
    }
    [...inputs.values()].find(({ input }) => input.classList.contains('is-invalid'))?.input.focus();
  }

  return { element: form, focus: () => inputs.get('title').input.focus() };
}
