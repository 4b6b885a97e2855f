/** What is wrong with a file and its tables, beside the rows: clicking goes to the place. */
import { h } from '../shared/dom.js';

/**
 * @param {{jump: (place: string) => void}} given `jump` goes to a cell, column or row of the table
 */
export function createFindings({ jump }) {
  const summary = h('p', { class: 'qc-findings-summary', role: 'status' });
  const list = h('ul', { class: 'qc-findings-list' });
  const element = h('section', { class: 'qc-findings', 'aria-label': '检查结果' }, summary, list);

  /**
   * @param {{message: string, place?: string, hint?: boolean}[]} findings
   * @param {string} otherwise what is said when there are none
   */
  function show(findings, otherwise) {
    const errors = findings.filter(({ hint }) => !hint).length;
    const hints = findings.length - errors;
    const counts = [errors && `${errors} 处需要修改`, hints && `${hints} 处提示`].filter(Boolean);
    summary.textContent = counts.join('，') || otherwise;
    list.replaceChildren(...findings.map(row));
  }

  function row({ message, place, hint }) {
    const words = place
      ? h('button', { type: 'button', class: 'qc-link', onclick: () => jump(place) }, message)
      : h('span', {}, message);
    return h('li', { class: hint ? 'is-hint' : 'is-error' }, words);
  }

  return { element, show };
}
