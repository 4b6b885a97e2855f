/** Two people saved: what each changed, and whose work goes on. */
import { h } from '../shared/dom.js';
import { threeWay } from './differences.js';

/**
 * Asks whose work goes on in the files that both changed.
 *
 * @param {HTMLElement} host
 * @param {{who: string, files: {path: string, base?: string | null, mine?: string | null, theirs?: string | null}[]}} given
 * @returns {Promise<'mine'|'theirs'>}
 */
export function askWhose(host, { who, files }) {
  const rows = files.map((file) => [file.path, threeWay(file.path, file.base, file.mine, file.theirs)]);
  const both = rows.flatMap(([, changes]) => changes).filter((row) => row.both).length;
  const before = document.activeElement;
  return new Promise((resolve) => {
    const choice = (whose, style, words) => {
      const button = h('button', { type: 'button', class: `btn ${style}` }, words);
      button.addEventListener('click', () => {
        panel.remove();
        before?.focus();
        resolve(whose);
      });
      return button;
    };
    const theirs = choice('theirs', 'btn-primary', `以${who}的为准，放下我的修改`);
    const mine = choice('mine', '', `以我的为准，${who}的一份留在保存记录里`);
    const panel = h(
      'section',
      { class: 'qc-paper qc-conflict', role: 'alertdialog', 'aria-label': '两人同时修改', tabindex: '-1' },
      h('h2', null, `${who}在您之后保存过`),
      h(
        'p',
        null,
        both
          ? `两人改了同样的 ${both} 处。您的修改还没有保存，请选择以哪一份为准。`
          : '两人改的地方不同，但在同一个文件里。您的修改还没有保存，请选择以哪一份为准。',
      ),
      ...rows.map(([path, changes]) => table(who, path, changes, files.length > 1)),
      h('div', { class: 'd-flex gap-2' }, theirs, mine),
    );
    host.prepend(panel);
    panel.scrollIntoView({ block: 'start' });
    panel.focus(); // not a button: whoever is typing would choose with the next space
  });
}

function table(who, path, rows, several) {
  const head = ['改动的地方', '您的修改', `${who}的修改`].map((word) => h('th', { scope: 'col' }, word));
  const cells = (row) => [
    h('td', null, row.name, row.both ? h('strong', { class: 'text-danger' }, '（两人都改了）') : ''),
    h('td', null, row.mine),
    h('td', null, row.theirs),
  ];
  return h(
    'table',
    { class: 'table qc-table' },
    several ? h('caption', null, path) : null,
    h('thead', null, h('tr', null, ...head)),
    h('tbody', null, ...rows.map((row) => h('tr', null, ...cells(row)))),
  );
}
