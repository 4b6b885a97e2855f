/**
 * Validation in the browser: @cfworker/json-schema interprets the schema (no code is generated, so the
 * Content-Security-Policy needs no unsafe-eval), messages.js says it in Chinese.
 */
import { Validator } from '@cfworker/json-schema';
import { parsePointer, valueAt } from '../shared/pointer.js';
import { messageFor } from './messages.js';
import { follow, titleAt } from './schema-walk.js';

/**
 * @typedef {object} FieldError
 * @property {string[]} path path into the data
 * @property {string} message Chinese, to be shown beside the field
 * @property {string} [keyword] the JSON Schema keyword that failed
 */

/** Keywords that only say that something below failed. */
const WRAPPERS = new Set([
  '$ref',
  '$recursiveRef',
  'allOf',
  'if',
  'properties',
  'patternProperties',
  'items',
  'prefixItems',
  'additionalItems',
  'additionalProperties',
  'dependencies',
  'dependentSchemas',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
]);

const compiled = new Map();

/**
 * @param {any} schema
 * @returns {Validator}
 */
function compile(schema) {
  const text = JSON.stringify(schema);
  let validator = compiled.get(text);
  if (!validator) {
    if (compiled.size > 300) compiled.clear();
    // The library writes into the schema that it is given: it gets its own copy.
    validator = new Validator(JSON.parse(text), draftOf(schema), false);
    compiled.set(text, validator);
  }
  return validator;
}

function draftOf(schema) {
  const name = String(schema.$schema ?? '');
  if (name.includes('draft-07') || name.includes('draft-06')) return '7';
  if (name.includes('draft-04')) return '4';
  if (name.includes('2019-09') || Array.isArray(schema.items)) return '2019-09';
  return '2020-12';
}

/** JSON has no undefined, and a member that is undefined is not there. */
const plain = (data) => (data === undefined ? null : JSON.parse(JSON.stringify(data)));

/**
 * @param {any} schema
 * @param {any} data
 * @param {any} [uiSchema] for titles that only the form knows
 * @returns {FieldError[]} one error a field at most
 */
export function check(schema, data, uiSchema) {
  const value = plain(data);
  const raw = compile(schema).validate(value).errors;
  const seen = new Set();
  return withoutEchoes(chooseBranches(raw))
    .filter((error) => !WRAPPERS.has(error.keyword))
    .map((error) => toFieldError(schema, value, error, uiSchema))
    .filter((error) => {
      const key = JSON.stringify(error.path);
      return !seen.has(key) && seen.add(key);
    });
}

/**
 * Of a failed `oneOf` or `anyOf` only the branch that came nearest is worth reporting; where none does, or all fail
 * on the value itself, the choice as a whole is.
 */
function chooseBranches(errors) {
  let list = errors;
  for (const choice of errors.filter((error) => error.keyword === 'oneOf' || error.keyword === 'anyOf')) {
    if (!list.includes(choice)) continue;
    const prefix = choice.keywordLocation + '/';
    const inside = list.filter((error) => error.keywordLocation.startsWith(prefix));
    const groups = new Map();
    for (const error of inside) {
      const index = error.keywordLocation.slice(prefix.length).split('/')[0];
      groups.set(index, [...(groups.get(index) ?? []), error]);
    }
    const byDistance = [...groups.values()].sort((a, b) => a.length - b.length);
    const undecided = byDistance.length > 1 && byDistance[0].length === byDistance[1].length;
    const nearest = undecided ? [] : (byDistance[0] ?? []);
    const deeper = nearest.filter(
      (error) => error.instanceLocation !== choice.instanceLocation || error.keyword === 'required',
    );
    const drop = new Set(
      deeper.length ? [choice, ...inside.filter((error) => !deeper.includes(error))] : inside,
    );
    list = list.filter((error) => !drop.has(error));
  }
  return list;
}

/** A field that is wrong inside also counts as not evaluated (`unevaluatedProperties: false`): that says nothing of its own. */
function withoutEchoes(errors) {
  const own = errors.filter((error) => error.keyword !== 'false' && !WRAPPERS.has(error.keyword));
  const wrongInside = (place) =>
    own.some(({ instanceLocation: at }) => at === place || at.startsWith(`${place}/`));
  return errors.filter((error) => error.keyword !== 'false' || !wrongInside(error.instanceLocation));
}

function toFieldError(root, data, error, uiSchema) {
  let path = parsePointer(error.instanceLocation);
  const subschema = subschemaAt(root, error.keywordLocation);
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') {
    const names = [...error.error.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]);
    path = [...path, names[names.length - 1]];
  }
  const title = titleAt(root, path, uiSchema);
  return {
    path,
    keyword: error.keyword,
    message: messageFor(error.keyword, { root, path, title, subschema, value: valueAt(data, path) }),
  };
}

/** The schema object that holds the failed keyword. */
function subschemaAt(root, keywordLocation) {
  const parts = parsePointer(keywordLocation);
  let node = root;
  for (const part of parts.slice(0, -1)) {
    if (node == null) return {};
    if (part === '$ref') node = follow(root, node);
    else node = (node.$ref ? follow(root, node) : node)[part] ?? node;
  }
  return node && typeof node === 'object' ? node : {};
}

/**
 * Errors as RJSF wants them. Built from paths, since a key may itself hold a dot (item numbers such as `1.2`).
 *
 * @param {FieldError[]} errors
 * @returns {object}
 */
export function toErrorSchema(errors) {
  const tree = {};
  for (const { path, message } of errors) {
    const node = path.reduce((parent, key) => (parent[key] ??= {}), tree);
    node.__errors = [...(node.__errors ?? []), message];
  }
  return tree;
}

/** RJSF's `ValidatorType`. */
export const validator = {
  isValid(schema, formData, rootSchema) {
    try {
      return compile(withDefinitions(schema, rootSchema)).validate(plain(formData)).valid;
    } catch {
      return false;
    }
  },
  validateFormData(formData, schema) {
    const errors = check(schema, formData);
    return {
      errors: errors.map(({ path, message, keyword }) => ({
        name: keyword,
        property: '.' + path.join('.'),
        message,
        stack: message,
      })),
      errorSchema: toErrorSchema(errors),
    };
  },
  rawValidation(schema, formData) {
    return { errors: check(schema, formData) };
  },
  reset() {
    compiled.clear();
  },
};

function withDefinitions(schema, root) {
  if (!root || schema === root || typeof schema !== 'object') return schema;
  const { definitions = root.definitions, $defs = root.$defs, $schema = root.$schema, ...rest } = schema;
  return { $schema, definitions, $defs, ...rest };
}
