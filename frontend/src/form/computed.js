/**
 * Answers on score sheets that follow from other answers: full points where a condition is met (`full_if`), a veto
 * beyond a figure (`when`). The server decides; this spares the person from typing what cannot be otherwise.
 */
import { leaves } from './widgets/score.js';

const optionsOf = (ui) => ({ ...ui, ...ui?.['ui:options'] });

/**
 * @param {object} uiSchema
 * @param {Record<string, any>} data
 * @param {Record<string, any>} [before] the data before the change; points given by a condition go with it
 * @returns {Record<string, any>} the data itself when nothing follows
 */
export function settle(uiSchema, data, before = {}) {
  let result = data;
  for (const [name, ui] of Object.entries(uiSchema)) {
    const changes = { 'score-sheet': points, 'veto-list': vetoes }[ui?.['ui:widget']]?.(ui, data, before);
    if (!changes) continue;
    const values = { ...data[name] };
    let changed = false;
    for (const [key, value] of changes) {
      if (values[key] === value) continue;
      changed = true;
      if (value === undefined) delete values[key];
      else values[key] = value;
    }
    if (changed) result = { ...result, [name]: values };
  }
  return result;
}

/** What the items that depend on another answer come to. */
function points(ui, data, before) {
  return leaves({ children: optionsOf(ui).sheet ?? [] })
    .filter((item) => item.full_if && (data[item.full_if] === true || before[item.full_if] === true))
    .map((item) => [item.key, data[item.full_if] === true ? item.max : undefined]);
}

/** Which vetoes another answer decides. */
function vetoes(ui, data) {
  return (optionsOf(ui).vetoes ?? [])
    .filter((veto) => veto.when?.field && typeof data[veto.when.field] === 'number')
    .map((veto) => [veto.key, data[veto.when.field] > veto.when.above]);
}
