/** What the check says: listed below the drawing, marked on it, said in the panel; clicking jumps there. */
import { h } from '../shared/dom.js';

const MARK = 'qc-problem';
const ERROR = 'error';

/**
 * @param {{own: string}} given `own` is the path of the drawing's file
 */
export function createProblems({ own }) {
  const list = h('ul', { class: 'qc-problems-list' });
  const words = h('span', { role: 'status' }, '还没有检查');
  const summary = h('summary', { class: 'qc-problems-summary' }, words);
  const element = h('details', { class: 'qc-problems', 'aria-label': '问题' }, summary, list);
  let viewer = null;
  let found = [];

  const errors = () => found.filter((one) => one.severity === ERROR);
  const here = (one) => one.file === own && viewer.get('elementRegistry').get(one.element);

  /** @param {any[]} problems what the server found, errors first in the list */
  function show(problems) {
    found = [...problems].sort((one, other) => rank(one) - rank(other));
    const hints = found.length - errors().length;
    summary.className = `qc-problems-summary ${errors().length ? 'is-error' : hints ? 'is-hint' : 'is-fine'}`;
    words.textContent = errors().length
      ? `${errors().length} 处需要修改${hints ? `，${hints} 处提示` : ''}`
      : `检查通过，可以定稿${hints ? `；${hints} 处提示` : ''}`;
    if (!found.length) element.open = false;
    list.replaceChildren(...found.map(row));
    mark();
    viewer.get('eventBus').fire('problems.changed');
  }

  /** Nothing is known: the server could not be asked. */
  function unknown(said) {
    summary.className = 'qc-problems-summary';
    words.textContent = said;
  }

  function row(one) {
    const said = [one.name && h('strong', null, one.name), ` ${one.message}`];
    const where =
      one.file && one.file !== own ? h('span', { class: 'text-secondary' }, `（${one.file}）`) : '';
    const jumps = here(one);
    const inside = jumps
      ? h('button', { type: 'button', class: 'qc-problem-jump', onclick: () => jump(one.element) }, ...said)
      : h('span', null, ...said);
    const kind = one.severity === ERROR ? ['is-error', '■ 要改'] : ['is-hint', '▲ 提示'];
    return h('li', { class: kind[0] }, h('span', { class: 'qc-problem-kind' }, kind[1]), inside, where);
  }

  function mark() {
    const overlays = viewer.get('overlays');
    overlays.remove({ type: MARK });
    const counts = new Map();
    for (const one of found) {
      if (!here(one)) continue;
      const known = counts.get(one.element) ?? { count: 0, error: false };
      counts.set(one.element, { count: known.count + 1, error: known.error || one.severity === ERROR });
    }
    for (const [id, { count, error }] of counts) {
      const kind = error ? 'is-error' : 'is-hint';
      const title = error ? '检查发现要改的地方' : '检查的提示';
      const html = h('div', { class: `qc-problem-mark ${kind}`, title }, `${error ? '■' : '▲'}${count}`);
      html.addEventListener('click', () => jump(id));
      overlays.add(id, MARK, { position: { top: -10, left: -10 }, html });
    }
  }

  function jump(id) {
    const target = viewer.get('elementRegistry').get(id);
    const canvas = viewer.get('canvas');
    const root = canvas.findRoot(target);
    if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
    viewer.get('selection').select(target);
    canvas.scrollToElement(target, 80);
  }

  return {
    element,
    show,
    unknown,
    errors,
    of: (id) => found.filter((one) => one.file === own && one.element === id),
    unfold: () => (element.open = true),
    on: (given) => (viewer = given),
  };
}

const rank = (one) => (one.severity === ERROR ? 0 : 1);
