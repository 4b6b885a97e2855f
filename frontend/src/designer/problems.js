/** What the check says: listed below the drawing, marked on it; clicking jumps there. */
import { h } from '../shared/dom.js';

const MARK = 'qc-problem';

/**
 * @param {{viewer: any, own: () => string}} given `own` is the path of the drawing's file
 * @returns {{element: HTMLElement, show: (problems: any[]) => void, clear: () => void}}
 */
export function createProblems({ viewer, own }) {
  const list = h('ul', { class: 'qc-problems-list' });
  const summary = h('p', { class: 'qc-problems-summary', role: 'status' });
  const element = h('section', { class: 'qc-problems', 'aria-label': '检查结果' }, summary, list);
  element.hidden = true;

  function clear() {
    viewer.get('overlays').remove({ type: MARK });
    list.replaceChildren();
    element.hidden = true;
  }

  function show(problems) {
    clear();
    element.hidden = false;
    const errors = problems.filter((one) => one.severity === 'error');
    const hints = problems.length - errors.length;
    summary.textContent = problems.length
      ? `${errors.length} 处需要修改${hints ? `，${hints} 处提示` : ''}`
      : '检查通过，可以定稿。';
    list.replaceChildren(...problems.map(row));
    for (const [id, count] of counted(problems)) marked(id, count);
  }

  function row(one) {
    const here = one.file === own() && viewer.get('elementRegistry').get(one.element);
    const words = [one.name && h('strong', null, one.name), ` ${one.message}`];
    const where =
      one.file && one.file !== own() ? h('span', { class: 'text-secondary' }, `（${one.file}）`) : '';
    const inside = here
      ? h('button', { type: 'button', class: 'qc-problem-jump' }, ...words)
      : h('span', null, ...words);
    if (here) inside.addEventListener('click', () => jump(one.element));
    return h('li', { class: one.severity === 'error' ? 'is-error' : 'is-hint' }, inside, where);
  }

  function counted(problems) {
    const found = new Map();
    for (const one of problems)
      if (one.element && one.file === own()) found.set(one.element, (found.get(one.element) ?? 0) + 1);
    return found;
  }

  function marked(id, count) {
    if (!viewer.get('elementRegistry').get(id)) return;
    const html = h('div', { class: 'qc-problem-mark', title: '检查发现的问题，见下方列表' }, String(count));
    viewer.get('overlays').add(id, MARK, { position: { top: -12, left: -12 }, html });
  }

  function jump(id) {
    const found = viewer.get('elementRegistry').get(id);
    viewer.get('selection').select(found);
    viewer.get('canvas').scrollToElement(found, 80);
  }

  return { element, show, clear };
}
