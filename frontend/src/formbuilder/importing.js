/** A JSON Schema of another origin becomes a form of the design; the account says what the builder can edit and what it keeps untouched. */
import { fieldsOf, furtherRules } from './model/form.js';
import { withSections } from './model/edits.js';
import { isObject, keysOf, objectOf, entriesOf, put, readJson } from './model/json.js';
import { keptKeywords, kindNamed } from './model/kinds.js';
import { nameProblem } from './model/names.js';

const OURS = new Set(['$schema', '$id', 'title', 'description', 'type', 'properties', 'required', 'allOf', 'if', 'then', 'else', 'additionalProperties', 'unevaluatedProperties', '$defs', 'definitions', 'x-prefill', 'x-computed', 'x-scoring', 'x-consequences']); // prettier-ignore

/**
 * @param {string} schemaText
 * @param {string} [uiText]
 * @returns {{form: import('./model/form.js').Form, account: {edited: string[], kept: string[], changed: string[]}}}
 * @throws {Error} with a sentence for what is no form
 */
export function importForm(schemaText, uiText = '') {
  let schema = parsed(schemaText, 'JSON Schema');
  const ui = uiText.trim() ? parsed(uiText, '版面文件') : {};
  if (!isObject(schema.properties)) {
    throw new Error('这个 JSON Schema 没有 properties，最外层不是一组字段，不能作为表单。');
  }
  const changed = [];
  if (!schema.title) {
    schema = put(schema, 'title', '导入的表单', '$schema');
    changed.push('表单没有标题，暂定为“导入的表单”');
  }
  if (schema.type !== 'object') {
    schema = put(schema, 'type', 'object', 'title');
    changed.push('最外层补上 type: object');
  }
  schema = put(
    schema,
    'properties',
    objectOf(entriesOf(schema.properties).map(([name, field]) => [name, titled(name, field, changed)])),
  );
  const form = withSections({ schema, ui });
  if (form.ui !== ui) changed.push('按字段的先后排成一节');
  return { form, account: { ...accountOf(form), changed } };
}

function titled(name, field, changed) {
  if (!isObject(field) || field.title || field.$ref) return field;
  changed.push(`字段“${name}”没有标题，暂以字段名为标题`);
  return put(field, 'title', name, 'type');
}

function parsed(text, what) {
  let value;
  try {
    value = readJson(text);
  } catch (error) {
    throw new Error(`${what}不是有效的 JSON：${error.message}`);
  }
  if (!isObject(value)) throw new Error(`${what}的最外层应是一个对象（{…}）。`);
  return value;
}

/** @param {import('./model/form.js').Form} form */
export function accountOf(form) {
  const edited = [];
  const kept = [];
  for (const field of fieldsOf(form)) {
    const title = field.schema?.title ?? field.name;
    if (field.kind === 'kept') kept.push(`字段“${title}”（${whyKept(field.schema)}）`);
    else edited.push(`${title}：${kindNamed(field.kind).label}`);
    const more = field.kind === 'kept' ? [] : keptKeywords(field.schema);
    if (more.length) kept.push(`字段“${title}”的 ${more.join('、')}`);
    const wrong = nameProblem(field.name, []);
    if (wrong) kept.push(`字段名“${field.name}”：${wrong}`);
  }
  for (const key of keysOf(form.schema).filter((one) => !OURS.has(one))) kept.push(`表单的 ${key}`);
  for (const rule of furtherRules(form)) kept.push(`规则：${rule.words}`);
  return { edited, kept };
}

/** @param {any} schema @returns {string} */
export function whyKept(schema) {
  if (!isObject(schema)) return '不是字段的写法';
  if (schema.$ref) return `引用了 ${schema.$ref}`;
  if (Array.isArray(schema.type)) return `可以是多种类型：${schema.type.join('、')}`;
  if (schema.type === 'object') return '字段里还有字段';
  if (schema.type === 'array') return '列表的内容不是表格、选项、文件或短句';
  const several = ['oneOf', 'anyOf', 'allOf'].find((key) => schema[key]);
  if (several) return `由几种写法组合（${several}）`;
  return schema.type ? `类型 ${schema.type} 配了别的控件` : '没有写类型';
}
