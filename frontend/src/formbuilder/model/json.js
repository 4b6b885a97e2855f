/**
 * JSON whose members keep their order. JavaScript moves members that look like numbers ("12" before "2-1") to the front;
 * score sheets have such members, and a form that is opened and saved must stay as it was.
 */

/** Remembers the order where the object itself cannot. Copying an object with `{...it}` copies it too. */
const ORDER = Symbol('order');
const MARK = '\uE000'; // a private character before a number makes it a name
const NUMBER = /^\d+$/;

/**
 * @template T
 * @param {T[]} list
 * @param {number} at
 * @param {number} gone how many go
 * @param {...T} added
 * @returns {T[]} a copy
 */
export const spliced = (list, at, gone, ...added) => [
  ...list.slice(0, at),
  ...added,
  ...list.slice(at + gone),
];

export const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** @param {string} text @returns {any} @throws {SyntaxError} */
export function readJson(text) {
  const marked = text.replace(/^\uFEFF/, '').replace(/"(\d+)"(\s*:)/g, `"${MARK}$1"$2`);
  return JSON.parse(marked, (_key, value) =>
    isObject(value) ? objectOf(Object.entries(value).map(([key, one]) => [unmarked(key), one])) : value,
  );
}

/** @param {any} value @returns {string} as the files of the library are written */
export function writeJson(value) {
  return (
    JSON.stringify(value, (_key, one) => (isObject(one) && one[ORDER] ? withMarks(one) : one), 2).replace(
      new RegExp(`"${MARK}(\\d+)":`, 'g'),
      '"$1":',
    ) + '\n'
  );
}

const unmarked = (key) => (key.startsWith(MARK) ? key.slice(1) : key);
const withMarks = (object) =>
  Object.fromEntries(entriesOf(object).map(([key, value]) => [NUMBER.test(key) ? MARK + key : key, value]));

/** @param {[string, any][]} entries @returns {any} an object with its members in this order */
export function objectOf(entries) {
  const made = Object.fromEntries(entries);
  if (entries.some(([key]) => NUMBER.test(key))) made[ORDER] = [...new Set(entries.map(([key]) => key))];
  return made;
}

/** @param {any} object @returns {string[]} */
export function keysOf(object) {
  const own = Object.keys(object ?? {});
  const order = object?.[ORDER];
  return order
    ? [...order.filter((key) => Object.hasOwn(object, key)), ...own.filter((key) => !order.includes(key))]
    : own;
}

/** @param {any} object @returns {[string, any][]} */
export const entriesOf = (object) => keysOf(object).map((key) => [key, object[key]]);

/**
 * @param {any} object
 * @param {string} key
 * @param {any} value undefined takes the member away
 * @param {string} [after] where a new member goes; at the end without
 * @returns {any} a copy; members that stay keep their place
 */
export function put(object, key, value, after) {
  const entries = entriesOf(object);
  const index = entries.findIndex(([name]) => name === key);
  if (value === undefined) return index < 0 ? object : objectOf(spliced(entries, index, 1));
  if (index >= 0) return objectOf(spliced(entries, index, 1, [key, value]));
  const before = after === undefined ? -1 : entries.findIndex(([name]) => name === after);
  return objectOf(spliced(entries, before < 0 ? entries.length : before + 1, 0, [key, value]));
}

/** @param {any} object @param {string} from @param {string} to @returns {any} a copy with a member called otherwise */
export const renamed = (object, from, to) =>
  object && Object.hasOwn(object, from)
    ? objectOf(entriesOf(object).map(([key, value]) => [key === from ? to : key, value]))
    : object;

/**
 * @param {any} root
 * @param {(string | number)[]} path
 * @returns {any} what stands there, undefined where the path leads nowhere
 */
export const valueAt = (root, path) => path.reduce((node, key) => node?.[key], root);

/**
 * @param {any} root
 * @param {(string | number)[]} path objects that are missing on the way are made
 * @param {(value: any) => any} change gives what stands there from now on; undefined takes it away
 * @returns {any} a copy
 */
export function changeAt(root, [key, ...rest], change) {
  if (key === undefined) return change(root);
  const value = changeAt(root?.[key], rest, change);
  if (Array.isArray(root)) return spliced(root, key, 1, ...(value === undefined ? [] : [value]));
  return put(root ?? {}, String(key), value);
}

/** @param {any} one @param {any} other @returns {boolean} whether both say the same */
export function same(one, other) {
  if (one === other) return true;
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((value, i) => same(value, other[i]))
    );
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && same(one[key], other[key]))
  );
}
