/** From a problem to the field that it speaks of. */
import { fieldsOf, sectionsOf } from './model/form.js';
import { fieldsIn } from './model/conditions.js';

/**
 * @param {import('./model/form.js').Form | undefined} form
 * @param {{file: string, element: string}} problem `element` is a JSON Pointer into the file
 * @returns {string} name of the field, `section:2`, or nothing for the form as a whole
 */
export function fieldAtPointer(form, { file, element }) {
  if (!form || !element) return '';
  const parts = element
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  const names = new Set(fieldsOf(form).map((field) => field.name));
  if (file.endsWith('.ui.json')) {
    if (parts[0] === 'ui:sections' && sectionsOf(form)[parts[1]]) return `section:${parts[1]}`;
    return names.has(parts[0]) ? parts[0] : '';
  }
  if (['x-prefill', 'x-computed'].includes(parts[0])) return names.has(parts[1]) ? parts[1] : '';
  if (parts[0] === 'x-scoring') return form.schema['x-scoring']?.scores ?? '';
  if (parts[0] === 'x-consequences') return names.has('decision') ? 'decision' : '';
  if (parts[0] === 'allOf' && parts[2] === 'if') {
    const shown = fieldsOf(form).find((field) => field.home[1] === Number(parts[1]));
    return shown?.name ?? fieldsIn(form.schema.allOf[parts[1]]?.if).find((name) => names.has(name)) ?? '';
  }
  const at = parts.lastIndexOf('properties', parts.indexOf('items') > 0 ? parts.indexOf('items') : undefined);
  const first = parts.indexOf('properties');
  const name = [parts[first + 1], parts[at + 1]].find((one) => names.has(one));
  return name ?? '';
}
