/** The errors of a problem document (RFC 9457) as the form shows its own. */
import { parsePointer, valueAt } from '../shared/pointer.js';

/**
 * @param {{pointer?: string, message?: string}[] | undefined} errors
 * @param {unknown} data what was sent; an error stands until the value it speaks of changes
 * @returns {(import('./validator.js').FieldError & {value: unknown})[]}
 */
export function serverErrors(errors, data) {
  if (!Array.isArray(errors)) return [];
  return errors.map(({ pointer = '', message = '填写的内容不符合要求' }) => {
    let path = parsePointer(pointer);
    if (path[0] === 'data' && !Object.hasOwn(Object(data), 'data')) path = path.slice(1);
    return { path, message, value: valueAt(data, path) };
  });
}
