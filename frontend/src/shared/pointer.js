/** JSON Pointer (RFC 6901) to a path and back. */

/**
 * @param {string} pointer `/a/0/b`, or the URI fragment form `#/a/0/b`
 * @returns {string[]}
 */
export function parsePointer(pointer) {
  let text = pointer || '';
  if (text.startsWith('#')) text = decodeFragment(text.slice(1));
  if (text === '' || text === '/') return [];
  if (text.startsWith('/')) text = text.slice(1);
  return text.split('/').map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/**
 * @param {(string|number)[]} path
 * @returns {string}
 */
export function formatPointer(path) {
  return path.map((part) => '/' + String(part).replace(/~/g, '~0').replace(/\//g, '~1')).join('');
}

/**
 * @param {unknown} data
 * @param {(string|number)[]} path
 * @returns {unknown} the value at the path, undefined where the path leads nowhere
 */
export function valueAt(data, path) {
  return path.reduce((value, part) => (value == null ? undefined : value[part]), data);
}

function decodeFragment(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
