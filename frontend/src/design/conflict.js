/** Two people saved: what each changed, and whose drawing goes on. */
import { h } from '../shared/dom.js';
import { threeWay } from './differences.js';

/**
 * Asks which drawing goes on, or which of anything else that two people changed: then `rows` say what, `what` names a row.
 *
 * @param {HTMLElement} host
 * @param {{who: string, base?: string, mine?: string, theirs?: string, rows?: ReturnType<typeof threeWay>, what?: string}} given
 * @returns {Promise<'mine'|'theirs'>}
 */
export function askWhose(
  host,
  { who, base, mine, theirs, rows = threeWay(base, mine, theirs), what = '环节' },
) {
  const both = rows.filter((row) => row.both).length;
  return new Promise((resolve) => {
    const choose = (whose) => () => {
      panel.remove();
      resolve(whose);
    };
    const own = h('button', { type: 'button', class: 'btn' }, '用我的覆盖（保留他的在保存记录里）');
    const other = h('button', { type: 'button', class: 'btn btn-primary' }, '采用他的，放下我的修改');
    own.addEventListener('click', choose('mine'));
    other.addEventListener('click', choose('theirs'));
    const table = h(
      'table',
      { class: 'table qc-table' },
      h(
        'thead',
        null,
        h('tr', null, h('th', null, what), h('th', null, '您的修改'), h('th', null, `${who}的修改`)),
      ),
      h(
        'tbody',
        null,
        ...rows.map((row) =>
          h(
            'tr',
            { class: row.both ? 'is-late' : '' },
            h('td', null, row.name, row.both ? '（两人都改了）' : ''),
            h('td', null, row.mine),
            h('td', null, row.theirs),
          ),
        ),
      ),
    );
    const panel = h(
      'section',
      { class: 'qc-paper qc-conflict', role: 'alertdialog', 'aria-label': '两人同时修改' },
      h('h2', null, `${who}在您之后保存过`),
      h(
        'p',
        null,
        both
          ? `两人改了同样的 ${both} 处。您的修改还没有保存，请选择以哪一份为准。`
          : '两人改的地方不同。您的修改还没有保存，请选择以哪一份为准。',
      ),
      table,
      h('div', { class: 'd-flex gap-2' }, other, own),
    );
    host.prepend(panel);
    panel.scrollIntoView({ block: 'start' });
    other.focus();
  });
}
