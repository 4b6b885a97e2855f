/** What is wrong with a value, in the words of the form. */
import { follow, schemasAt } from './schema-walk.js';

const TYPES = {
  number: '请填写数字',
  integer: '请填写整数',
  string: '请填写文字',
  boolean: '请选择“是”或“否”',
  array: '请填写列表',
  object: '请填写此部分',
};

const FORMATS = {
  date: '日期应写成 2027-02-08 的形式',
  'date-time': '时间应写成 2027-02-08T09:00:00+08:00 的形式',
  time: '时间应写成 09:00:00 的形式',
  email: '电子邮箱的写法不正确',
  uri: '网址的写法不正确，应以 http:// 或 https:// 开头',
  uuid: '编号的写法不正确',
};

/**
 * @typedef {object} Context
 * @property {any} root
 * @property {string[]} path
 * @property {string} title
 * @property {any} subschema the schema object that holds the keyword
 * @property {unknown} value
 */

/** @type {Record<string, (context: Context) => string>} */
const MESSAGES = {
  required: (c) => requiredMessage(c),
  dependentRequired: (c) => requiredMessage(c),
  type: ({ subschema }) =>
    TYPES[[subschema.type].flat().find((type) => type !== 'null')] ?? '填写的内容类型不正确',
  enum: () => '请从给出的选项中选择',
  const: ({ subschema }) => (subschema.const === true ? '请勾选此项' : '请从给出的选项中选择'),
  oneOf: ({ value }) =>
    value && typeof value === 'object' ? '请把所选的一项填写完整' : '请从给出的选项中选择一项',
  anyOf: () => '请从给出的选项中选择',
  not: ({ title }) => `“${title}”不能这样填写`,
  minLength: ({ subschema, value }) =>
    subschema.minLength === 1 ? '不能为空' : `至少 ${subschema.minLength} 个字，现有 ${count(value)} 个字`,
  maxLength: ({ subschema, value }) => `最多 ${subschema.maxLength} 个字，现有 ${count(value)} 个字`,
  minimum: ({ subschema }) => `不能小于 ${subschema.minimum}`,
  maximum: ({ subschema }) => `不能大于 ${subschema.maximum}`,
  exclusiveMinimum: ({ subschema }) => `应大于 ${subschema.exclusiveMinimum}`,
  exclusiveMaximum: ({ subschema }) => `应小于 ${subschema.exclusiveMaximum}`,
  multipleOf: ({ subschema }) => multipleMessage(subschema.multipleOf),
  pattern: ({ subschema, root, path }) => patternMessage([subschema, ...schemasAt(root, path)]),
  format: ({ subschema }) => FORMATS[subschema.format] ?? '填写的格式不正确',
  minItems: ({ root, subschema, value, title }) =>
    subschema.minItems === 1
      ? holdsFiles(root, subschema)
        ? `请上传“${title}”`
        : '至少填写一项'
      : `至少 ${subschema.minItems} 项，现有 ${value?.length ?? 0} 项`,
  maxItems: ({ subschema, value }) => `最多 ${subschema.maxItems} 项，现有 ${value?.length ?? 0} 项`,
  uniqueItems: () => '有重复的项，请删去重复的一项',
  contains: () => '缺少必须的项',
  minProperties: ({ subschema }) => `至少填写 ${subschema.minProperties} 项`,
  maxProperties: ({ subschema }) => `最多填写 ${subschema.maxProperties} 项`,
  false: ({ title }) => `此时不需要填写“${title}”`,
};

/**
 * @param {string} keyword
 * @param {Context} context
 * @returns {string}
 */
export function messageFor(keyword, context) {
  return MESSAGES[keyword]?.(context) ?? '填写的内容不符合要求';
}

function requiredMessage({ root, path, title }) {
  const schemas = schemasAt(root, path);
  const has = (test) => schemas.some(test);
  const chosen = has((s) => s.enum || s.oneOf || s.anyOf || s.type === 'boolean' || s.format === 'date');
  if (has((schema) => holdsFiles(root, schema))) return `请上传“${title}”`;
  return `${chosen ? '请选择' : '请填写'}“${title}”`;
}

function holdsFiles(root, { items }) {
  const { id, name, size } = follow(root, items)?.properties ?? {};
  return Boolean(id && name && size);
}

function multipleMessage(step) {
  if (step === 1) return '请填写整数';
  const digits = Math.round(-Math.log10(step));
  if (digits > 0 && Math.abs(step - 10 ** -digits) < 1e-12) return `最多保留 ${digits} 位小数`;
  return `应是 ${step} 的倍数`;
}

/** A schema may say itself what its pattern asks for: `"x-pattern-message"`, or the description. */
function patternMessage(schemas) {
  const own = schemas.find((schema) => schema['x-pattern-message'])?.['x-pattern-message'];
  if (own) return own;
  const pattern = schemas.find((schema) => schema.pattern)?.pattern ?? '';
  if (pattern.includes('0-9A-HJ-NPQRTUWXY')) return '应是 18 位数字或大写字母，不含 I、O、Z、S、V';
  const description = schemas.find((schema) => schema.description)?.description;
  return description ? `填写的格式不正确：${description}` : '填写的格式不正确';
}

const count = (value) => [...String(value ?? '')].length;
