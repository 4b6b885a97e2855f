/** The design's DMN files and their decisions, beside the table. */
import { h } from '../shared/dom.js';
import { decisionsIn } from './files.js';

/** @param {(path: string, decision: string) => void} choose */
export function createList(choose) {
  const element = h('nav', { class: 'qc-tables-list', 'aria-label': '决策表' });

  /** @param {{path: string, text: string}[]} tables @param {{path: string, decisions: {id: string, name: string}[], decision: string}} shown */
  function show(tables, shown) {
    if (!tables.length) {
      const words = '这个流程还没有决策表。金额、比例等随地方不同的数，可以放在决策表里。';
      element.replaceChildren(h('p', { class: 'text-secondary' }, words));
      return;
    }
    element.replaceChildren(...tables.map((one) => group(one, shown)));
  }

  function group({ path, text }, shown) {
    const decisions = path === shown.path ? shown.decisions : decisionsIn(text);
    const rows = decisions.length ? decisions : [{ id: '', name: '（打不开）' }];
    const entries = rows.map(({ id, name }) =>
      entry(name || id, path === shown.path && id === shown.decision, () => choose(path, id)),
    );
    return h('div', {}, h('h3', {}, path.replace(/^processes\//, '')), h('ul', {}, ...entries));
  }

  function entry(name, current, onclick) {
    const state = { class: current ? 'is-current' : '', 'aria-current': current ? 'true' : null };
    return h('li', {}, h('button', { type: 'button', ...state, onclick }, name));
  }

  return { element, show };
}
