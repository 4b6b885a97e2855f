/** From an error to its field. */

/**
 * @param {(string | number)[]} path
 * @returns {string} the id that the form gives the field
 */
export const fieldId = (path) => ['root', ...path].join('_');

/** @param {(string | number)[]} path */
export function focusField(path) {
  for (let length = path.length; length > 0; length -= 1) {
    const element = document.getElementById(fieldId(path.slice(0, length)));
    if (!element) continue;
    const inside = 'input:not([type="hidden"]):not(:disabled), select, textarea, button';
    const target = element.matches('input, select, textarea')
      ? element
      : (element.querySelector(inside) ?? element);
    target.scrollIntoView({ block: 'center' });
    target.focus({ preventScroll: true });
    return;
  }
}
