/** zh-CN for everything that bpmn-js and its companions say. */
import { EVENTS, SIMULATION, TOOLS, TYPES } from './dictionary.js';

export const WORDS = { ...TOOLS, ...TYPES, ...EVENTS, ...SIMULATION };

/** @param {string} template @param {Record<string, string>} [values] */
export function translate(template, values = {}) {
  return (WORDS[template] ?? template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);
}

export default { translate: ['value', translate] };
