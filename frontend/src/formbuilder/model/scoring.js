/** The scoring sheet of a form: its items, vetoes, grades and rule stand in three places, which change together. */
import { fieldNamed, fieldsOf, sectionsOf } from './form.js';
import { changeField, placeField, removeField, setOption } from './edits.js';
import { objectOf, put, spliced } from './json.js';
import { leaves, maximum } from '../../form/widgets/score.js';

const STEP = 0.5;
const TOTAL = 'score_total';

/** @param {import('./form.js').Form} form @param {number} section */
export function addScoreSheet(form, section) {
  const sheet = [
    { item: '一', label: '第一部分', children: [{ key: '1', item: '1', label: '评分项目', max: 10 }] },
  ];
  const field = {
    name: 'scores',
    title: '打分',
    schema: { type: 'object' },
    ui: { 'ui:widget': 'score-sheet', 'ui:label': false },
    required: true,
  };
  const placed = placeField(form, field, section);
  const ruled = {
    ...placed,
    schema: put(placed.schema, 'x-scoring', { scores: 'scores', total: TOTAL }, 'title'),
  };
  return setSheet(ruled, 'scores', sheet);
}

/**
 * The items of the sheet, and the points that each may have.
 *
 * @param {import('./form.js').Form} form
 * @param {string} name
 * @param {any[]} given the items; a group that says its points says the sum of its items'
 */
export function setSheet(form, name, given) {
  const sheet = given.map(inTotal);
  const items = leaves({ children: sheet });
  const old = leaves({ children: form.ui[name]?.['ui:options']?.sheet ?? [] });
  const made = changeField(form, name, (schema) => {
    const before = schema.properties ?? {};
    const step = Object.values(before)[0]?.multipleOf ?? STEP;
    const properties = objectOf(
      items.map((item) => [
        item.key,
        pointsOf(
          before[item.key],
          item,
          step,
          old.find(({ key }) => key === item.key),
        ),
      ]),
    );
    return { ...schema, properties, required: items.map((item) => item.key), additionalProperties: false };
  });
  return setOption(made, name, 'sheet', sheet);
}

function inTotal(item) {
  if (!Array.isArray(item.children)) return item;
  const children = item.children.map(inTotal);
  return { ...item, ...(typeof item.max === 'number' && { max: maximum({ children }) }), children };
}

function pointsOf(before, item, step, old) {
  const title = [item.item, item.label].filter(Boolean).join(' ');
  if (!before) return { type: 'number', title, minimum: 0, maximum: item.max, multipleOf: step };
  const told = old?.label === item.label && old?.item === item.item;
  return put(told ? before : put(before, 'title', title), 'maximum', item.max);
}

/** @param {any[]} sheet @returns {string} a key that no item has */
export function freeKey(sheet) {
  const taken = new Set(leaves({ children: sheet }).map((item) => item.key));
  let number = 1;
  while (taken.has(String(number))) number += 1;
  return String(number);
}

/** @param {any[]} sheet @param {number[]} path indexes into the sheet and its children @param {(item: any) => any[]} change what stands there then */
export function changeItem(sheet, [index, ...rest], change) {
  const item = sheet[index];
  const made = rest.length ? [{ ...item, children: changeItem(item.children, rest, change) }] : change(item);
  return spliced(sheet, index, 1, ...made);
}

/** @param {import('./form.js').Form} form @param {string} key @param {any} value of the rule (`x-scoring`) */
export const setRule = (form, key, value) => ({
  ...form,
  schema: put(form.schema, 'x-scoring', put(form.schema['x-scoring'], key, value)),
});

/**
 * Grades from the best down, in words for the sheet and as values for the diagram. None: the sheet only adds up.
 *
 * @param {import('./form.js').Form} form
 * @param {{value: string, least: number, label: string}[]} grades
 * @param {{above: boolean, failed: string}} rule `above`: a grade needs more than its figure
 */
export function setGrades(form, grades, { above, failed }) {
  const { scores } = form.schema['x-scoring'];
  let made = setRule(form, 'grade', grades.length ? 'score_grade' : undefined);
  made = setRule(made, 'pass', grades.length ? grades.at(-1).least : undefined);
  made = setRule(
    made,
    'grades',
    grades.length ? grades.map(({ value, least }) => [value, least]) : undefined,
  );
  made = setRule(made, 'above', grades.length && above ? true : undefined);
  const shown = [...grades.map(({ least, label }) => ({ min: least, label })), { min: 0, label: failed }];
  made = setOption(made, scores, 'above', grades.length && above ? true : undefined);
  return setOption(made, scores, 'grades', grades.length ? shown : undefined);
}

/** @param {import('./form.js').Form} form @returns {{grades: {value: string, least: number, label: string}[], above: boolean, failed: string}} */
export function gradesOf(form) {
  const { grades = [], above = false, scores } = form.schema['x-scoring'] ?? {};
  const shown = form.ui[scores]?.['ui:options']?.grades ?? [];
  const label = (least, value) => shown.find((one) => one.min === least)?.label ?? value;
  return {
    grades: grades.map(([value, least]) => ({ value, least, label: label(least, value) })),
    above,
    failed: shown.length > grades.length ? shown.at(-1).label : '不予通过',
  };
}

/** @param {import('./form.js').Form} form @param {{key: string, label: string, when?: any}[]} vetoes none takes the field away */
export function setVetoes(form, vetoes) {
  const { scores, vetoes: name } = form.schema['x-scoring'];
  if (!vetoes.length) {
    if (!name || !fieldNamed(form, name)) return form;
    const made = removeField(
      setRule(setRule(setRule(form, 'vetoes', undefined), 'veto', undefined), 'veto_below_pass', undefined),
      name,
    );
    return setOption(made, scores, 'vetoes', undefined);
  }
  const made = name ? form : withVetoField(form, scores);
  const field = made.schema['x-scoring'].vetoes;
  const listed = changeField(made, field, (schema) => ({
    ...schema,
    properties: objectOf(vetoes.map(({ key, label }) => [key, vetoSchema(schema.properties?.[key], label)])),
    required: vetoes.filter(({ key }) => !schema.properties?.[key]?.readOnly).map(({ key }) => key),
    additionalProperties: false,
  }));
  return setOption(listed, field, 'vetoes', vetoes);
}

const vetoSchema = (before, label) =>
  before ? put(before, 'title', label) : { type: 'boolean', title: label, default: false };

function withVetoField(form, scores) {
  const taken = fieldsOf(form).map((field) => field.name);
  const name = taken.includes('vetoes') ? 'score_vetoes' : 'vetoes';
  const { section } = fieldNamed(form, scores);
  const place = sectionsOf(form)[section]?.fields.indexOf(scores);
  const field = {
    name,
    title: '否决条目',
    schema: { type: 'object' },
    ui: { 'ui:widget': 'veto-list', 'ui:label': false },
    required: true,
  };
  const placed = placeField(form, field, section, place);
  return setOption(setRule(setRule(placed, 'vetoes', name), 'veto', 'score_veto'), scores, 'vetoes', name);
}
