/** The form of the plan read as sections and rows. It stays the one place where decisions stand and from which they are sent. */
import { h } from '../shared/dom.js';

/**
 * @typedef {import('./plan.js').Row & {line: HTMLElement, select: HTMLSelectElement, kind: string}} Line
 * @typedef {{label: string, old: string, new: string, scopes: string[], added: string[], rows: Line[]}} Section
 */

/** @returns {Section[]} in the order of the page */
export function readSections() {
  return [...document.querySelectorAll('[data-section]')].map((part) => ({
    label: part.dataset.section,
    old: part.dataset.old,
    new: part.dataset.new,
    scopes: part.dataset.scopes.split(' '),
    added: part.dataset.added.split(' ').filter(Boolean),
    rows: [...part.querySelectorAll('tr[data-element]')].map(readLine),
  }));
}

function readLine(line) {
  const select = line.querySelector('select');
  return {
    line,
    select,
    field: select.name,
    element: line.dataset.element,
    name: line.querySelector('[data-name]').textContent,
    kind: line.dataset.kind,
    number: Number(line.dataset.number),
    waiting: Number(line.dataset.waiting),
    value: select.value,
    options: [...select.options].map((option) => ({
      value: option.value,
      name: option.textContent.trim().replace(/（[^（）]*）/, ''),
    })),
  };
}

/** The names in the list lead to the drawing. @param {Line} row @param {() => void} onPick */
export function makePickable(row, onPick) {
  const name = row.line.querySelector('[data-name]');
  name.replaceChildren(
    h(
      'button',
      {
        type: 'button',
        class: 'btn btn-link p-0',
        title: '在图上选中，再到右图点它的对应环节',
        onclick: onPick,
      },
      row.name,
    ),
  );
}

/** Writes a decision into the form. @param {Line} row @param {string} undecided */
export function write(row, undecided) {
  if (![...row.select.options].some((option) => option.value === row.value))
    row.select.prepend(h('option', { value: undecided }, '请选择…'));
  row.select.value = row.value;
  row.select.classList.toggle('is-invalid', row.value === undecided && row.waiting > 0);
  row.line.querySelector('[data-changes]').textContent = '刚改过，保存后核对变化';
  row.select.dispatchEvent(new Event('input', { bubbles: true }));
}
