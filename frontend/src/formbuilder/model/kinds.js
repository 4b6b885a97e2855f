/** What a field may be: how each kind is recognised in a form, and what a new field of it looks like. */
import { isObject } from './json.js';

const HTTP = 'https://json-schema.org/draft/2020-12/schema';
export const FILE = {
  type: 'object',
  title: '文件',
  properties: {
    id: { type: 'integer', minimum: 1 },
    name: { type: 'string', minLength: 1, maxLength: 255 },
    size: { type: 'integer', minimum: 0 },
  },
  required: ['id', 'name', 'size'],
  additionalProperties: false,
};
const USCC = {
  pattern: '^[0-9A-HJ-NPQRTUWXY]{18}$',
  'x-pattern-message': '应是 18 位数字或大写字母，不含 I、O、Z、S、V',
};
export const PATTERNS = {
  统一社会信用代码: USCC,
  手机号码: { pattern: '^1\\d{10}$', 'x-pattern-message': '请填写 11 位手机号码' },
  电话: { pattern: '^[0-9+() -]+$', 'x-pattern-message': '电话只能有数字、空格、括号、加号和短横线' },
  邮政编码: { pattern: '^\\d{6}$', 'x-pattern-message': '请填写 6 位邮政编码' },
};
/** Facts of the case's enterprise that a form can show. */
export const ENTERPRISE_FACTS = {
  name: '企业名称',
  uscc: '统一社会信用代码',
  address: '地址',
  legal_representative: '法定代表人',
  contact_name: '联系人',
  contact_phone: '联系电话',
  region_code: '行政区划代码',
  industry_code: '行业代码',
};
/** The values of a decision that diagrams understand, with words to begin with. */
export const DECISIONS = {
  approve: '同意',
  return: '退回修改',
  reject: '不同意',
  pass: '通过',
  fail: '不通过',
  excellent: '优秀',
  qualified: '合格',
  yes: '是',
  no: '否',
  confirm: '确认',
  correct: '要求更正',
  refuse: '不予受理',
};

const YES_NO = [
  { const: true, title: '是' },
  { const: false, title: '否' },
];
const choice = (value, title) => ({ const: value, title });
const twoChoices = { enum: ['a', 'b'], oneOf: [choice('a', '选项一'), choice('b', '选项二')] };
const people = {
  name: { type: 'string', title: '姓名', minLength: 1, maxLength: 60 },
  employer: { type: 'string', title: '工作单位', maxLength: 200 },
  position: { type: 'string', title: '职务或职称', maxLength: 60 },
};
const table = (properties, required) => ({
  type: 'array',
  minItems: 0,
  maxItems: 200,
  items: { type: 'object', title: '行', properties, required, additionalProperties: false },
});

export const widgetOf = (ui) =>
  ui?.['ui:widget'] ?? ui?.['ui:options']?.widget ?? ui?.['ui:field'] ?? ui?.['ui:options']?.field;
/** @param {any} schema @returns {any[] | null} the values of a choice; null where it is none */
export function valuesOf(schema) {
  if (Array.isArray(schema?.oneOf) && schema.oneOf.every((one) => isObject(one) && 'const' in one)) {
    return schema.oneOf.map((one) => one.const);
  }
  return Array.isArray(schema?.enum) ? schema.enum : null;
}
const isNumber = ({ schema }) => schema.type === 'number' || schema.type === 'integer';
const isText = ({ schema }) => schema.type === 'string' && !valuesOf(schema);
const dressed =
  (widget) =>
  ({ ui }) =>
    widgetOf(ui) === widget;
const records = ({ schema }) => schema.type === 'array' && isObject(schema.items?.properties);

/**
 * In the order in which a field is tried against them. `keeps` are the keywords that the panel can show; all others are
 * kept as they stand.
 *
 * @type {{id: string, label: string, group?: string, is: (field: any) => boolean, make?: () => {schema: any, ui?: any, prefill?: string}}[]}
 */
export const KINDS = [
  {
    id: 'score',
    label: '打分表',
    group: '特别',
    is: (field) => field.schema.type === 'object' && dressed('score-sheet')(field),
  },
  {
    id: 'veto',
    label: '否决条目',
    is: (field) => field.schema.type === 'object' && dressed('veto-list')(field),
  },
  {
    id: 'computed',
    label: '计算',
    group: '特别',
    is: (field) => Boolean(field.formula) && isNumber(field),
    make: () => ({ schema: { type: 'number', readOnly: true }, formula: { op: 'sum', of: [] } }),
  },
  {
    id: 'decision',
    label: '办理决定',
    group: '特别',
    is: ({ name, schema }) => name === 'decision' && schema.type === 'string' && Boolean(valuesOf(schema)),
    make: () => ({
      schema: {
        type: 'string',
        enum: ['approve', 'return'],
        oneOf: [choice('approve', '同意'), choice('return', '退回修改')],
      },
      ui: { 'ui:widget': 'decision' },
    }),
  },
  {
    id: 'people',
    label: '人员名单',
    group: '单位和人',
    is: (field) =>
      records(field) && ['name', 'employer'].every((key) => key in field.schema.items.properties),
    make: () => ({ schema: table(people, ['name']), ui: { 'ui:widget': 'grid' } }),
  },
  {
    id: 'table',
    label: '表格',
    group: '特别',
    is: records,
    make: () => ({
      schema: table({ name: { type: 'string', title: '名称', maxLength: 100 } }, []),
      ui: { 'ui:widget': 'grid' },
    }),
  },
  {
    id: 'files',
    label: '材料（上传文件）',
    group: '特别',
    is: (field) =>
      field.schema.type === 'array' &&
      (dressed('files')(field) || field.schema.items?.$ref === '#/$defs/file'),
    make: () => ({
      schema: { type: 'array', minItems: 0, maxItems: 50, items: { $ref: '#/$defs/file' } },
      ui: { 'ui:widget': 'files' },
    }),
  },
  {
    id: 'many',
    label: '多选',
    group: '选择',
    is: ({ schema }) => schema.type === 'array' && Boolean(valuesOf(schema.items)),
    make: () => ({
      schema: { type: 'array', uniqueItems: true, items: { type: 'string', ...twoChoices } },
      ui: { 'ui:widget': 'checkboxes' },
    }),
  },
  {
    id: 'lines',
    label: '列举（一行一项）',
    group: '文字',
    is: ({ schema }) => schema.type === 'array' && schema.items?.type === 'string',
    make: () => ({
      schema: {
        type: 'array',
        minItems: 0,
        maxItems: 50,
        items: { type: 'string', minLength: 1, maxLength: 200 },
      },
      ui: { 'ui:widget': 'lines' },
    }),
  },
  {
    id: 'choice',
    label: '单选',
    group: '选择',
    is: ({ schema }) => schema.type === 'string' && Boolean(valuesOf(schema)),
    make: () => ({ schema: { type: 'string', ...twoChoices }, ui: { 'ui:widget': 'radio' } }),
  },
  {
    id: 'agree',
    label: '承诺（须勾选）',
    group: '选择',
    is: ({ schema, ui }) => schema.type === 'boolean' && (schema.const === true || widgetOf(ui) === 'agree'),
    make: () => ({ schema: { type: 'boolean', const: true }, required: true }),
  },
  {
    id: 'yesno',
    label: '是或否',
    group: '选择',
    is: ({ schema }) => schema.type === 'boolean',
    make: () => ({ schema: { type: 'boolean', oneOf: YES_NO }, ui: { 'ui:widget': 'radio' } }),
  },
  {
    id: 'money',
    label: '金额',
    group: '数字和日期',
    is: (field) => isNumber(field) && dressed('money')(field),
    make: () => ({
      schema: { type: 'number', minimum: 0, multipleOf: 0.01 },
      ui: { 'ui:widget': 'money', 'ui:options': { unit: '元' } },
    }),
  },
  {
    id: 'number',
    label: '数字',
    group: '数字和日期',
    is: isNumber,
    make: () => ({ schema: { type: 'number', minimum: 0 } }),
  },
  {
    id: 'date',
    label: '日期',
    group: '数字和日期',
    is: (field) => isText(field) && (field.schema.format === 'date' || dressed('date')(field)),
    make: () => ({ schema: { type: 'string', format: 'date' }, ui: { 'ui:widget': 'date' } }),
  },
  {
    id: 'month',
    label: '月份',
    group: '数字和日期',
    is: (field) => isText(field) && dressed('month')(field),
    make: () => ({
      schema: {
        type: 'string',
        pattern: '^\\d{4}-(0[1-9]|1[0-2])$',
        'x-pattern-message': '月份写成 2027-02 这样的格式',
      },
      ui: { 'ui:widget': 'month' },
    }),
  },
  {
    id: 'region',
    label: '行政区划',
    group: '单位和人',
    is: (field) => isText(field) && dressed('region')(field),
    make: () => ({
      schema: {
        type: 'string',
        format: 'region',
        pattern: '^\\d{6}$',
        'x-pattern-message': '请选择行政区划',
      },
      ui: { 'ui:widget': 'region' },
    }),
  },
  {
    id: 'enterprise',
    label: '企业（本案企业的资料）',
    group: '单位和人',
    is: (field) => isText(field) && Boolean(field.prefill?.startsWith('enterprise.')),
    make: () => ({ schema: { type: 'string', maxLength: 300, readOnly: true }, prefill: 'enterprise.name' }),
  },
  {
    id: 'opinion',
    label: '办理意见',
    group: '文字',
    is: (field) =>
      isText(field) && (dressed('opinion')(field) || (field.name === 'opinion' && !widgetOf(field.ui))),
    make: () => ({ schema: { type: 'string', maxLength: 2000 }, ui: { 'ui:widget': 'opinion' } }),
  },
  {
    id: 'paragraph',
    label: '文字（多行）',
    group: '文字',
    is: (field) => isText(field) && dressed('textarea')(field),
    make: () => ({ schema: { type: 'string', maxLength: 2000 }, ui: { 'ui:widget': 'textarea' } }),
  },
  {
    id: 'text',
    label: '文字（一行）',
    group: '文字',
    is: (field) => isText(field) && !widgetOf(field.ui),
    make: () => ({ schema: { type: 'string', maxLength: 100 } }),
  },
  { id: 'kept', label: '原样保留', is: () => true },
];

/** @param {{name: string, schema: any, ui: any, prefill?: string, formula?: any}} field @returns {string} */
export const kindOf = (field) => KINDS.find((kind) => isObject(field.schema) && kind.is(field))?.id ?? 'kept';
/** @param {string} id */
export const kindNamed = (id) => KINDS.find((kind) => kind.id === id);

/** Keywords that the panel shows, or that go with the kind; whatever else a field says is kept and named. */
const SHOWN = new Set(
  'type title description minLength maxLength pattern x-pattern-message minimum maximum exclusiveMinimum exclusiveMaximum multipleOf format enum oneOf const items minItems maxItems uniqueItems readOnly default properties required additionalProperties'.split(
    ' ',
  ),
);
/** @param {any} schema @returns {string[]} */
export const keptKeywords = (schema) =>
  isObject(schema) ? Object.keys(schema).filter((key) => !SHOWN.has(key)) : [];

/** @param {string} title @returns {{schema: any, ui: any}} a form with nothing but a place for fields */
export const emptyForm = (title) => ({
  schema: {
    $schema: HTTP,
    title,
    type: 'object',
    properties: {},
    required: [],
    unevaluatedProperties: false,
  },
  ui: { 'ui:sections': [{ title: '填报内容', fields: [] }] },
});
