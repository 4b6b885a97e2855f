/**
 * A form as it is edited: its two files, JSON Schema and UI schema, themselves. Nothing is translated to a model and back,
 * so that whatever a hand-written form says stays; this module reads it, edits.js changes single places.
 */
import { conditionInWords, fieldsIn } from './conditions.js';
import { isObject, keysOf, valueAt } from './json.js';
import { kindOf, valuesOf } from './kinds.js';

/**
 * @typedef {{schema: any, ui: any}} Form
 * @typedef {object} Field
 * @property {string} name
 * @property {any} schema
 * @property {any} ui
 * @property {string} kind see kinds.js
 * @property {(string | number)[]} home where its definition stands: the path of the `properties` that hold it
 * @property {any} condition the `if` under which it is asked; undefined when always
 * @property {boolean} otherwise whether it is asked when the condition does not hold
 * @property {boolean} required
 * @property {string} [prefill]
 * @property {any} [formula]
 * @property {number} section index of the section that shows it, -1 for none
 */

export const ROOT = ['properties'];

/** @param {Form} form @returns {Field[]} in the order in which the form asks */
export function fieldsOf(form) {
  const found = new Map();
  for (const home of homesOf(form.schema)) {
    const properties = valueAt(form.schema, home);
    for (const name of keysOf(properties)) {
      if (!found.has(name) && (home.length === 1 || definesField(properties[name])))
        found.set(name, fieldAt(form, name, home));
    }
  }
  const named = sectionsOf(form).flatMap((section) => section.fields ?? []);
  const place = (field) => (named.includes(field.name) ? named.indexOf(field.name) : named.length);
  return [...found.values()].sort((a, b) => place(a) - place(b));
}

/** A rule may also narrow a field that stands elsewhere; then it says neither what the field is nor what it is called. */
const definesField = (schema) =>
  isObject(schema) && ('title' in schema || '$ref' in schema) && !('const' in schema && !('type' in schema));

/** The places of the schema that may hold definitions of fields: the root's, and those of its rules. */
function homesOf(schema) {
  const rules = [
    [],
    ...(Array.isArray(schema.allOf) ? schema.allOf.map((_rule, index) => ['allOf', index]) : []),
  ];
  const homes = rules.flatMap((rule) => [
    ...(rule.length ? [[...rule, 'properties']] : []),
    [...rule, 'then', 'properties'],
    [...rule, 'else', 'properties'],
  ]);
  return [ROOT, ...homes].filter((home) => isObject(valueAt(schema, home)));
}

function fieldAt(form, name, home) {
  const branch = home.at(-2);
  const conditional = branch === 'then' || branch === 'else';
  const field = {
    name,
    schema: valueAt(form.schema, [...home, name]),
    ui: form.ui[name] ?? {},
    home,
    condition: conditional ? valueAt(form.schema, [...home.slice(0, -2), 'if']) : undefined,
    otherwise: branch === 'else',
    required: (valueAt(form.schema, [...home.slice(0, -1), 'required']) ?? []).includes(name),
    prefill: form.schema['x-prefill']?.[name],
    formula: form.schema['x-computed']?.[name],
    section: sectionsOf(form).findIndex((section) => section.fields?.includes(name)),
  };
  return { ...field, kind: kindOf(field) };
}

/** @param {Form} form @param {string} name @returns {Field | undefined} */
export const fieldNamed = (form, name) => fieldsOf(form).find((field) => field.name === name);

/** @param {Form} form @returns {{title: string, description?: string, fields: string[]}[]} */
export const sectionsOf = (form) => (Array.isArray(form.ui['ui:sections']) ? form.ui['ui:sections'] : []);

/** @param {Form} form @param {string} name @returns {string} */
export const titleOf = (form, name) => fieldNamed(form, name)?.schema.title ?? name;

/** @param {any} schema @param {any} value @returns {string} a value in the words of its field */
export function valueInWords(schema, value) {
  const options = schema?.oneOf ?? schema?.items?.oneOf ?? [];
  const title = Array.isArray(options) ? options.find((one) => one?.const === value)?.title : undefined;
  if (title) return title;
  return value === true ? '是' : value === false ? '否' : String(value);
}

/** @param {Field[]} fields */
const wordsOver = (fields) => (name) => {
  const field = fields.find((one) => one.name === name);
  return { title: field?.schema.title ?? name, words: (value) => valueInWords(field?.schema, value) };
};

/** @param {Form} form @param {Field} field @returns {string} when the field is asked, or nothing when it always is */
export function shownWhen(form, field, fields = fieldsOf(form)) {
  if (field.condition === undefined) return '';
  const words = conditionInWords(field.condition, wordsOver(fields));
  return field.otherwise ? `不符合下列条件时：${words}` : words;
}

/**
 * What the form's rules demand beside showing fields, said as far as it can be.
 *
 * @param {Form} form
 * @returns {{index: number, words: string}[]}
 */
export function furtherRules(form) {
  const fields = fieldsOf(form);
  const about = wordsOver(fields);
  const title = (name) => `“${about(name).title}”`;
  return (Array.isArray(form.schema.allOf) ? form.schema.allOf : []).flatMap((rule, index) => {
    const then = isObject(rule?.then) ? rule.then : {};
    const own = new Set(fields.filter((field) => field.home[1] === index).map((field) => field.name));
    const needed = (then.required ?? []).filter((name) => !own.has(name));
    const narrowed = keysOf(then.properties).filter((name) => !own.has(name));
    const said = [
      needed.length && `必须填写${needed.map(title).join('、')}`,
      narrowed.length && `限定${narrowed.map(title).join('、')}的内容`,
    ].filter(Boolean);
    const plain = own.size && !said.length && !('else' in rule);
    if (plain) return [];
    return [{ index, words: `${conditionInWords(rule?.if, about)}时，${said.join('，') || '另有要求'}` }];
  });
}

/** @param {Form} form @param {string} name @returns {string[]} titles of the fields whose visibility, and other things of the form that hang on a field */
export function dependents(form, name) {
  const fields = fieldsOf(form);
  const shown = fields.filter((field) => field.condition && fieldsIn(field.condition).includes(name));
  const computed = fields.filter((field) =>
    argumentsOf(field.formula).some((one) => one.split('.')[0] === name),
  );
  const rules = furtherRules(form).filter(({ index }) =>
    fieldsIn(form.schema.allOf[index]?.if).includes(name),
  );
  const scoring = Object.entries(form.schema['x-scoring'] ?? {}).some(
    ([key, value]) => ['scores', 'vetoes'].includes(key) && value === name,
  );
  return [
    ...shown.map((field) => `“${field.schema.title ?? field.name}”的显示条件`),
    ...computed.map((field) => `“${field.schema.title ?? field.name}”的计算`),
    ...rules.map((rule) => `规则“${rule.words}”`),
    ...(scoring ? ['打分规则'] : []),
  ];
}

/** @param {any} formula @returns {string[]} the fields that it counts with */
export const argumentsOf = (formula) => (formula?.of ?? []).filter((one) => typeof one === 'string');

/** @param {Form} form @returns {{name: string, title: string, kind: string, values: {value: any, label: string}[]}[]} what a condition may ask */
export const askable = (form) =>
  fieldsOf(form)
    .filter((field) => !['kept', 'score', 'veto', 'files', 'table', 'people'].includes(field.kind))
    .map((field) => ({
      name: field.name,
      title: field.schema.title ?? field.name,
      kind: field.kind,
      values: (field.kind === 'yesno' || field.kind === 'agree'
        ? [true, false]
        : (valuesOf(field.schema) ?? valuesOf(field.schema.items) ?? [])
      ).map((value) => ({ value, label: valueInWords(field.schema, value) })),
    }));
