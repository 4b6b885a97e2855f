/**
 * When a field is shown: the `if` of a rule as terms that a person can pick (“是否通过” 为 “不通过”), and back. What the terms
 * cannot say is left as it stands.
 */
import { entriesOf, isObject, objectOf, same } from './json.js';

/**
 * @typedef {object} Term
 * @property {string} field
 * @property {string} is one of OPERATORS
 * @property {any} [value]
 */

/** What a term may say, with the test that JSON Schema makes of it. */
const TESTS = {
  is: (value) => ({ const: value }),
  not: (value) => ({ not: { const: value } }),
  in: (value) => ({ enum: value }),
  least: (value) => ({ minimum: value }),
  above: (value) => ({ exclusiveMinimum: value }),
  most: (value) => ({ maximum: value }),
  below: (value) => ({ exclusiveMaximum: value }),
  has: (value) => ({ contains: { const: value } }),
  hasNot: (value) => ({ not: { contains: { const: value } } }),
  filled: () => null,
  empty: () => null,
};

const READERS = {
  const: (value) => ({ is: 'is', value }),
  enum: (value) => (Array.isArray(value) ? { is: 'in', value } : null),
  minimum: (value) => ({ is: 'least', value }),
  exclusiveMinimum: (value) => ({ is: 'above', value }),
  maximum: (value) => ({ is: 'most', value }),
  exclusiveMaximum: (value) => ({ is: 'below', value }),
  contains: (value) => (only(value, 'const') ? { is: 'has', value: value.const } : null),
  not: (value) =>
    only(value, 'const')
      ? { is: 'not', value: value.const }
      : only(value, 'contains') && only(value.contains, 'const')
        ? { is: 'hasNot', value: value.contains.const }
        : null,
};

const only = (value, key) => isObject(value) && Object.keys(value).length === 1 && key in value;

/**
 * @param {any} test the `if` of a rule
 * @returns {{terms: Term[], any: boolean} | null} null for what terms cannot say
 */
export function readCondition(test) {
  const found = readAny(test) ?? readAll(test);
  return found && same(writeCondition(found), test) ? found : null;
}

function readAny(test) {
  if (!only(test, 'anyOf') || !Array.isArray(test.anyOf)) return null;
  const parts = test.anyOf.map(readAll);
  return parts.every((part) => part?.terms.length === 1)
    ? { any: true, terms: parts.map((part) => part.terms[0]) }
    : null;
}

function readAll(test) {
  if (!isObject(test)) return null;
  const properties = test.properties ?? {};
  const terms = [];
  for (const [field, rule] of entriesOf(properties)) {
    for (const [keyword, value] of entriesOf(isObject(rule) ? rule : { unknown: rule })) {
      const read = READERS[keyword]?.(value);
      if (!read) return null;
      terms.push({ field, ...read });
    }
  }
  for (const field of test.required ?? []) if (!(field in properties)) terms.push({ field, is: 'filled' });
  for (const part of test.not?.anyOf ?? [test.not]) {
    if (part?.required?.length === 1) terms.push({ field: part.required[0], is: 'empty' });
  }
  return terms.length ? { any: false, terms } : null;
}

/** @param {{terms: Term[], any: boolean}} condition @returns {any} */
export function writeCondition({ terms, any }) {
  if (any && terms.length > 1)
    return { anyOf: terms.map((term) => writeCondition({ terms: [term], any: false })) };
  const tests = new Map();
  for (const { field, is, value } of terms) {
    const test = TESTS[is](value);
    if (test) tests.set(field, { ...tests.get(field), ...test });
  }
  const names = (list) => [...new Set(list.map((term) => term.field))];
  const required = names(terms.filter(({ is }) => is !== 'empty'));
  const empty = names(terms.filter(({ is }) => is === 'empty')).map((field) => ({ required: [field] }));
  return {
    ...(tests.size && { properties: objectOf([...tests]) }),
    ...(required.length && { required }),
    ...(empty.length && { not: empty.length === 1 ? empty[0] : { anyOf: empty } }),
  };
}

/** @param {any} test @param {(from: string) => string} name @returns {any} the same test over fields that are called otherwise */
export function renameInCondition(test, name) {
  if (Array.isArray(test)) return test.map((part) => renameInCondition(part, name));
  if (!isObject(test)) return test;
  return objectOf(
    entriesOf(test).map(([key, value]) => {
      if (key === 'properties')
        return [key, objectOf(entriesOf(value).map(([field, rule]) => [name(field), rule]))];
      if (key === 'required') return [key, value.map(name)];
      return [key, ['anyOf', 'allOf', 'oneOf', 'not'].includes(key) ? renameInCondition(value, name) : value];
    }),
  );
}

/** @param {any} test @returns {string[]} the fields that a condition asks */
export function fieldsIn(test) {
  const found = new Set();
  renameInCondition(test, (field) => (found.add(field), field));
  return [...found];
}

const WORDS = {
  is: '为',
  not: '不是',
  in: '为',
  least: '不小于',
  above: '大于',
  most: '不大于',
  below: '小于',
  has: '选了',
  hasNot: '没有选',
  filled: '已填写',
  empty: '没有填写',
};

/**
 * @param {any} test
 * @param {(field: string) => {title: string, words: (value: any) => string}} about
 * @returns {string} `“是否通过”为“不通过”`
 */
export function conditionInWords(test, about) {
  const read = readCondition(test);
  if (!read) return '（由较复杂的条件决定，原样保留）';
  return read.terms
    .map(({ field, is, value }) => {
      const { title, words } = about(field);
      if (is === 'filled' || is === 'empty') return `“${title}”${WORDS[is]}`;
      const said = [value].flat().map((one) => (typeof one === 'number' ? String(one) : `“${words(one)}”`));
      return `“${title}”${WORDS[is]}${said.join('或')}`;
    })
    .join(read.any ? '，或者' : '，并且');
}

/** @param {string} kind @returns {[string, string][]} what may be asked of an answer of this kind */
export function operatorsFor(kind) {
  if (['number', 'money'].includes(kind)) {
    return ['above', 'least', 'below', 'most', 'is', 'filled', 'empty'].map((is) => [
      is,
      is === 'is' ? '等于' : WORDS[is],
    ]);
  }
  if (['choice', 'decision'].includes(kind))
    return pick(['is', 'not', 'in', 'filled', 'empty'], { in: '为其中之一' });
  if (['yesno', 'agree'].includes(kind)) return pick(['is', 'filled', 'empty']);
  if (kind === 'many') return pick(['has', 'hasNot', 'filled', 'empty']);
  return pick(['filled', 'empty', 'is', 'not']);
}

const pick = (names, other = {}) => names.map((is) => [is, other[is] ?? WORDS[is]]);
