/** Single changes of a form. Each gives a new form in which nothing else is different. */
import { readCondition, renameInCondition, writeCondition } from './conditions.js';
import { ROOT, fieldNamed, fieldsOf, sectionsOf } from './form.js';
import {
  changeAt,
  entriesOf,
  isObject,
  keysOf,
  objectOf,
  put,
  renamed,
  same,
  spliced,
  valueAt,
} from './json.js';
import { FILE, kindNamed } from './kinds.js';

/** @typedef {import('./form.js').Form} Form */

const inSchema = (form, path, change) => ({ ...form, schema: changeAt(form.schema, path, change) });
const inUi = (form, path, change) => ({ ...form, ui: changeAt(form.ui, path, change) });
const without = (list, name) => (list ?? []).filter((one) => one !== name);
const orNothing = (value) =>
  keysOf(value).length || (Array.isArray(value) && value.length) ? value : undefined;

/** @param {Form} form @param {string} key @param {any} value of the form itself: title, description, x-consequences */
export const setOfForm = (form, key, value) => ({
  ...form,
  schema: put(form.schema, key, value, key === 'title' ? '$schema' : 'title'),
});

// -- fields ---------------------------------------------------------------------------------------------------------------

/**
 * @param {Form} form
 * @param {{kind: string, name: string, title: string, section: number, at?: number}} given `at` is the place in the section
 * @returns {Form}
 */
export function addField(form, { kind, name, title, section, at }) {
  const { schema, ui, prefill, formula, required } = kindNamed(kind).make();
  return placeField(form, { name, title, schema, ui, prefill, formula, required }, section, at);
}

/** @param {Form} form @param {any} field its parts @param {number} section @param {number} [at] */
export function placeField(form, { name, title, schema, ui, prefill, formula, required }, section, at) {
  let made = inSchema(form, [...ROOT, name], () => ({ type: schema.type, title, ...schema }));
  if (ui) made = inUi(made, [name], () => ui);
  if (prefill) made = setPrefill(made, name, prefill);
  if (formula) made = setFormula(made, name, formula);
  if (required) made = setRequired(made, name, true);
  if (schema.items?.$ref === '#/$defs/file')
    made = inSchema(made, ['$defs', 'file'], (defined) => defined ?? FILE);
  return intoSection(made, name, section, at);
}

/** @param {Form} form @param {string} name @returns {Form} with a second field that asks the same, below it */
export function copyField(form, name, newName) {
  const field = fieldNamed(form, name);
  const { title = name } = field.schema;
  const made = changeAt(form, ['schema', ...field.home], (properties) =>
    put(properties, newName, { ...field.schema, title: `${title}（复制）` }, name),
  );
  const place = sectionsOf(form)[field.section]?.fields.indexOf(name) ?? 0;
  const dressed = keysOf(field.ui).length ? inUi(made, [newName], () => field.ui) : made;
  const needed = field.required ? requiredIn(dressed, field.home, (list) => [...list, newName]) : dressed;
  return intoSection(needed, newName, field.section, place + 1);
}

/** @param {Form} form @param {string} name @returns {Form} */
export function removeField(form, name) {
  const { home } = fieldNamed(form, name);
  let made = inSchema(form, [...home, name], () => undefined);
  made = requiredIn(made, home, (list) => without(list, name));
  made = dropEmptyRule(made, home);
  for (const key of ['x-prefill', 'x-computed']) {
    if (made.schema[key]?.[name] !== undefined) {
      made = inSchema(made, [key], (given) => orNothing(put(given, name, undefined)));
    }
  }
  if (name === 'decision') made = { ...made, schema: put(made.schema, 'x-consequences', undefined) };
  made = { ...made, ui: put(made.ui, name, undefined) };
  return { ...made, ui: changeAt(made.ui, ['ui:sections'], (sections) => leftBy(sections, name)) };
}

const leftBy = (sections, name) =>
  sections?.map((section) =>
    section.fields?.includes(name) ? { ...section, fields: without(section.fields, name) } : section,
  );

/** @param {Form} form @param {string} from @param {string} to @returns {Form} in which everything of the form that names the field names it so */
export function renameField(form, from, to) {
  const rename = (name) => (name === from ? to : name);
  const list = (names) => names.map(rename);
  let { schema, ui } = form;
  schema = inAllRules(
    schema,
    (part) => {
      let made = part;
      if (isObject(made.properties)) made = put(made, 'properties', renamed(made.properties, from, to));
      if (Array.isArray(made.required)) made = put(made, 'required', list(made.required));
      return made;
    },
    (test) => renameInCondition(test, rename),
  );
  for (const key of ['x-prefill', 'x-computed']) {
    if (isObject(schema[key])) schema = put(schema, key, renamed(schema[key], from, to));
  }
  if (isObject(schema['x-computed'])) {
    const argument = (one) =>
      typeof one === 'string' && one.split('.')[0] === from ? to + one.slice(from.length) : one;
    schema = changeAt(schema, ['x-computed'], (formulas) =>
      objectOf(
        entriesOf(formulas).map(([name, formula]) => [name, { ...formula, of: formula.of.map(argument) }]),
      ),
    );
  }
  if (isObject(schema['x-scoring'])) {
    schema = changeAt(schema, ['x-scoring'], (rule) =>
      objectOf(
        entriesOf(rule).map(([key, value]) => [
          key,
          ['scores', 'vetoes'].includes(key) ? rename(value) : value,
        ]),
      ),
    );
  }
  ui = renamed(ui, from, to);
  if (ui['ui:sections']) {
    ui = put(
      ui,
      'ui:sections',
      ui['ui:sections'].map((section) =>
        section.fields ? { ...section, fields: list(section.fields) } : section,
      ),
    );
  }
  return { schema, ui: objectOf(entriesOf(ui).map(([key, value]) => [key, inSheet(value, rename)])) };
}

/** The places where a sheet asks other fields: `full_if`, `vetoes`, `when`. */
function inSheet(value, rename) {
  if (Array.isArray(value)) return value.map((one) => inSheet(one, rename));
  if (!isObject(value)) return value;
  return objectOf(
    entriesOf(value).map(([key, one]) => [
      key,
      typeof one === 'string' && ['full_if', 'vetoes', 'field', 'total_of'].includes(key)
        ? rename(one)
        : key.startsWith('ui:sections')
          ? one
          : inSheet(one, rename),
    ]),
  );
}

/** The root and the branches of its rules, changed; the tests of the rules apart. */
function inAllRules(schema, part, test) {
  let made = part(schema);
  const branches = (rule) => {
    let changed = rule;
    if (changed.if !== undefined) changed = put(changed, 'if', test(changed.if));
    for (const key of ['then', 'else'])
      if (isObject(changed[key])) changed = put(changed, key, part(changed[key]));
    return changed;
  };
  made = branches(made);
  if (Array.isArray(made.allOf)) {
    made = put(
      made,
      'allOf',
      made.allOf.map((rule) => (isObject(rule) ? branches(part(rule)) : rule)),
    );
  }
  return made;
}

// -- what a field says ----------------------------------------------------------------------------------------------------

/** @param {Form} form @param {string} name @param {(string | number)[]} path inside its definition @param {any} value */
export const setInField = (form, name, path, value) =>
  inSchema(form, [...fieldNamed(form, name).home, name, ...path], () => value);

/** @param {Form} form @param {string} name @param {(schema: any) => any} change */
export const changeField = (form, name, change) =>
  inSchema(form, [...fieldNamed(form, name).home, name], change);

/** @param {Form} form @param {string} name @param {string} key such as `ui:width` @param {any} value */
export const setInUi = (form, name, key, value) =>
  inUi(form, [name], (ui) => orNothing(put(ui ?? {}, key, value)));

/** @param {Form} form @param {string} name @param {string} key of `ui:options` @param {any} value */
export const setOption = (form, name, key, value) =>
  setInUi(form, name, 'ui:options', orNothing(put(form.ui[name]?.['ui:options'] ?? {}, key, value)));

/** @param {Form} form @param {string} name @param {boolean} needed a text or list that is needed must not be empty either */
export function setRequired(form, name, needed) {
  const { home, schema } = fieldNamed(form, name);
  const made = requiredIn(form, home, (list) =>
    needed ? [...without(list, name), name] : without(list, name),
  );
  const least = { string: 'minLength', array: 'minItems' }[schema.type];
  const plain = schema.type !== 'string' || !(schema.enum || schema.oneOf || schema.format || schema.pattern);
  if (!least || !plain) return made;
  if (needed && !schema[least]) return setInField(made, name, [least], 1);
  if (!needed && schema[least] === 1)
    return setInField(made, name, [least], schema.type === 'array' ? 0 : undefined);
  return made;
}

const requiredIn = (form, home, change) =>
  inSchema(form, [...home.slice(0, -1)], (part) => {
    const list = change(part.required ?? []);
    if (same(list, part.required ?? [])) return part;
    return put(part, 'required', list.length || home.length === 1 ? list : undefined, 'properties');
  });

/** @param {Form} form @param {string} name @param {string | undefined} source `today`, `enterprise.name`, `case.variable` */
export const setPrefill = (form, name, source) => sideTable(form, 'x-prefill', name, source);
/** @param {Form} form @param {string} name @param {any} formula */
export const setFormula = (form, name, formula) => sideTable(form, 'x-computed', name, formula);

function sideTable(form, key, name, value) {
  const table = orNothing(put(form.schema[key] ?? {}, name, value));
  return {
    ...form,
    schema: put(form.schema, key, table, form.schema.description === undefined ? 'title' : 'description'),
  };
}

// -- choices --------------------------------------------------------------------------------------------------------------

/**
 * @param {any} schema of the field, or of the items of its list
 * @param {{value: any, title: string}[]} options
 * @returns {any} the values in `enum` only where they were
 */
export function withOptions(schema, options) {
  const before = new Map((schema.oneOf ?? []).map((one) => [one.const, one]));
  const oneOf = options.map(({ value, title }) => ({ ...before.get(value), const: value, title }));
  const made = schema.enum
    ? put(
        schema,
        'enum',
        options.map((option) => option.value),
      )
    : schema;
  return put(made, 'oneOf', oneOf, schema.enum ? 'enum' : 'title');
}

// -- conditions -----------------------------------------------------------------------------------------------------------

/**
 * Shows a field only under a condition, or always.
 *
 * @param {Form} form
 * @param {string} name
 * @param {{terms: any[], any: boolean} | null} condition
 * @returns {Form}
 */
export function setCondition(form, name, condition) {
  const { schema: definition, required, home } = fieldNamed(form, name);
  const test = condition && writeCondition(condition);
  let made = inSchema(form, [...home, name], () => undefined);
  made = requiredIn(made, home, (list) => without(list, name));
  let target = ROOT;
  if (test) {
    [made, target] = withRule(made, test, home);
    made = asksUnderConditions(made);
  }
  made = inSchema(made, [...target, name], () => definition);
  if (required) made = requiredIn(made, target, (list) => [...list, name]);
  return home.join() === target.join() ? made : dropEmptyRule(made, home);
}

/** The rule that has this test, made where there is none. One that stands for this field alone is changed in its place. */
function withRule(form, test, home) {
  const rules = form.schema.allOf ?? [];
  const found = rules.findIndex((rule) => same(rule?.if, test) && isObject(rule.then));
  if (found >= 0) {
    return [
      inSchema(form, ['allOf', found, 'then', 'properties'], (given) => given ?? {}),
      ['allOf', found, 'then', 'properties'],
    ];
  }
  if (home[0] === 'allOf' && home.at(-2) === 'then' && isEmpty(rules[home[1]])) {
    return [inSchema(form, ['allOf', home[1], 'if'], () => test), home];
  }
  const rule = { if: test, then: { properties: {} } };
  return [
    { ...form, schema: put(form.schema, 'allOf', [...rules, rule], 'required') },
    ['allOf', rules.length, 'then', 'properties'],
  ];
}

/** `additionalProperties` does not see what the rules define; `unevaluatedProperties` does. */
function asksUnderConditions(form) {
  if (form.schema.additionalProperties !== false) return form;
  return { ...form, schema: renamed(form.schema, 'additionalProperties', 'unevaluatedProperties') };
}

const isEmpty = (rule) =>
  isObject(rule) &&
  !('else' in rule) &&
  isObject(rule.then) &&
  !keysOf(rule.then.properties).length &&
  !(rule.then.required ?? []).length &&
  keysOf(rule.then).every((key) => ['properties', 'required'].includes(key));

function dropEmptyRule(form, home) {
  if (home[0] !== 'allOf' || !isEmpty(form.schema.allOf[home[1]])) return form;
  return dropRule(form, home[1]);
}

/** @param {Form} form @param {number} index of a rule that goes */
export const dropRule = (form, index) =>
  inSchema(form, ['allOf'], (rules) => orNothing(spliced(rules, index, 1)));

/** @param {Form} form @param {any} test @returns {boolean} whether terms can say it */
export const isPlain = (test) => test === undefined || readCondition(test) !== null;

// -- sections -------------------------------------------------------------------------------------------------------------

/** @param {Form} form @returns {Form} in which every field has a section */
export function withSections(form) {
  const sections = sectionsOf(form);
  const left = fieldsOf(form)
    .filter((field) => field.section < 0)
    .map((field) => field.name);
  if (sections.length && !left.length) return form;
  if (!sections.length)
    return {
      ...form,
      ui: objectOf([['ui:sections', [{ title: '填报内容', fields: left }]], ...entriesOf(form.ui)]),
    };
  return inUi(form, ['ui:sections'], () => [...sections, { title: '其他', fields: left }]);
}

/** @param {Form} form @param {string} name @param {number} section @param {number} [at] place in the section; last without */
export function intoSection(form, name, section, at) {
  const sections = leftBy(sectionsOf(form), name);
  const target = sections[section] ?? sections.at(-1);
  const place = at ?? target?.fields.length ?? 0;
  const made = target
    ? sections.map((one) =>
        one === target ? { ...one, fields: spliced(one.fields ?? [], place, 0, name) } : one,
      )
    : [{ title: '填报内容', fields: [name] }];
  return { ...form, ui: put(form.ui, 'ui:sections', made) };
}

/** @param {Form} form @param {string} name @param {1 | -1} step past the edge of a section it goes to the next one */
export function stepField(form, name, step) {
  const { section } = fieldNamed(form, name);
  const sections = sectionsOf(form);
  const at = sections[section].fields.indexOf(name) + step;
  if (at >= 0 && at < sections[section].fields.length) return intoSection(form, name, section, at);
  const next = sections[section + step];
  return next ? intoSection(form, name, section + step, step > 0 ? 0 : next.fields.length) : form;
}

/** @param {Form} form @param {number} after @returns {Form} */
export const addSection = (form, after) =>
  inUi(form, ['ui:sections'], (sections) =>
    spliced(sections ?? [], after + 1, 0, { title: '新的一节', fields: [] }),
  );
/** @param {Form} form @param {number} index @param {string} key @param {any} value */
export const setSection = (form, index, key, value) =>
  inUi(form, ['ui:sections', index], (section) => put(section, key, value, 'title'));
/** @param {Form} form @param {number} index @param {1 | -1} step */
export const stepSection = (form, index, step) =>
  inUi(form, ['ui:sections'], (sections) =>
    sections[index + step]
      ? spliced(spliced(sections, index, 1), index + step, 0, sections[index])
      : sections,
  );
/** @param {Form} form @param {number} index an only section stays; its fields go to the one before */
export function removeSection(form, index) {
  const sections = sectionsOf(form);
  if (sections.length < 2) return form;
  const heir = index > 0 ? index - 1 : 1;
  const fields =
    heir < index
      ? [...sections[heir].fields, ...sections[index].fields]
      : [...sections[index].fields, ...sections[heir].fields];
  const made = sections.map((one, i) => (i === heir ? { ...one, fields } : one));
  return inUi(form, ['ui:sections'], () => spliced(made, index, 1));
}

/** @param {Form} form @param {string} name @returns {any} */
export const definitionOf = (form, name) => valueAt(form.schema, [...fieldNamed(form, name).home, name]);
