/** The line above the drawing: what is going on, and what the server refused. */
import { Refused } from '../design/server.js';
import { h } from '../shared/dom.js';

/**
 * @param {{base: string, side: HTMLElement}} given `side` is where the way back to the drawing stands when the drawing cannot be run
 */
export function createMessages({ base, side }) {
  const element = h('div', { class: 'qc-trial-message', role: 'status' });

  function say(text, kind = '') {
    element.replaceChildren(...(text ? [text] : []));
    element.classList.toggle('is-problem', kind === 'problem');
  }

  function refused(error) {
    if (!(error instanceof Refused)) {
      say(`这一页出了错，请重新载入：${error.message}`, 'problem');
      return reportError(error);
    }
    say(error.message, 'problem');
    const { mistakes = [], problems = [] } = error.body ?? {};
    const told = [...mistakes.map((text) => h('li', {}, text)), ...problems.map(problemRow)];
    if (told.length) element.append(h('ul', {}, ...told));
    if (problems.length)
      side.replaceChildren(h('p', {}, '流程图改好以后再来试运行。'), toEditor('打开流程图'));
  }

  function problemRow(one) {
    return h(
      'li',
      {},
      h('strong', {}, one.name),
      ` ${one.message}`,
      one.element ? ' ' : null,
      one.element ? toEditor('到流程图里看', one.element) : null,
    );
  }

  function toEditor(words, element) {
    return h('a', { href: element ? `${base}#${encodeURIComponent(element)}` : base }, words);
  }

  return { element, say, refused };
}
