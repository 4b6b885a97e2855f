/** The scenarios that are kept with the design: walked through again, checked, and brought up to date. */
import { h } from '../shared/dom.js';

/**
 * @param {{server: ReturnType<typeof import('./server.js').serverAt>, walk: (path: string) => Promise<void>, remove: (path: string) => Promise<void>,
 *   say: (text: string, kind?: string) => void}} given
 */
export function createKept({ server, walk, remove, say }) {
  const list = h('ul', { class: 'qc-trial-kept-list' });
  const all = h('button', { type: 'button', class: 'btn btn-sm', onclick: () => checkAll() }, '全部检查');
  const progress = h('span', { class: 'text-secondary', role: 'status' });
  const none = h(
    'p',
    { class: 'text-secondary mb-0' },
    '还没有方案。走完一遍后点“保存为方案”，以后每次检查和部署之前都会照样再走一遍，结果不同就会指出来。',
  );
  const element = h(
    'section',
    { class: 'qc-paper qc-trial-kept' },
    h('div', { class: 'qc-trial-kept-head' }, h('h2', {}, '保留的方案'), all, progress),
    none,
    list,
  );
  let rows = [];

  function show(kept) {
    rows = kept.map((one) => row(one));
    none.hidden = rows.length > 0;
    all.hidden = rows.length === 0;
    list.replaceChildren(...rows.map((one) => one.element));
  }

  async function checkAll() {
    all.disabled = true;
    let wrong = 0;
    for (const [i, one] of rows.entries()) {
      progress.textContent = `正在检查第 ${i + 1} 个，共 ${rows.length} 个……`;
      if (!(await one.check())) wrong += 1;
    }
    progress.textContent = wrong
      ? `${rows.length} 个方案里有 ${wrong} 个与原来不同`
      : `${rows.length} 个方案都与原来相同`;
    all.disabled = false;
  }

  function row({ path, title }) {
    const state = h('span', { class: 'qc-trial-kept-state', role: 'status' });
    const more = h('div', { class: 'qc-trial-difference' });
    more.hidden = true;
    const act = (label, run) =>
      h(
        'button',
        {
          type: 'button',
          class: 'btn btn-sm btn-link p-0',
          'aria-label': `${label}：${title}`,
          onclick: run,
        },
        label,
      );

    async function check() {
      state.textContent = '正在走……';
      try {
        const outcome = await server.check(path);
        told(outcome);
        return outcome.as_expected;
      } catch (error) {
        state.textContent = error.message;
        return false;
      }
    }

    function told(outcome) {
      state.textContent = outcome.as_expected ? '✓ 与原来相同' : '✕ 与原来不同';
      state.classList.toggle('is-wrong', !outcome.as_expected);
      more.hidden = outcome.as_expected && !outcome.remarks.length;
      more.replaceChildren(
        ...[...outcome.problems, ...outcome.remarks].map((text) => h('p', { class: 'mb-1' }, text)),
        ...(outcome.differences.length ? [differenceTable(outcome.differences)] : []),
        ...(outcome.playable && !outcome.as_expected
          ? [h('button', { type: 'button', class: 'btn btn-sm mt-1', onclick: accept }, '按新的结果改写')]
          : []),
      );
    }

    async function accept() {
      try {
        told(await server.accept(path));
        say(`方案“${title}”已按新的结果改写`);
      } catch (error) {
        say(error.message, 'problem');
      }
    }

    const element = h(
      'li',
      {},
      h('strong', {}, title),
      state,
      h(
        'span',
        { class: 'qc-trial-kept-acts' },
        act('检查', check),
        act('重走一遍', () => walk(path)),
        act('删除', () => remove(path)),
      ),
      more,
    );
    return { element, check };
  }

  return { element, show, checkAll };
}

const SIGNS = {
  '-': ['−', '原来有，现在没有'],
  '+': ['＋', '原来没有，现在有'],
  ' ': ['', ''],
  '@': ['…', ''],
};

/** What differs, line by line; the sign says it without the colour. */
export function differenceTable(differences) {
  return h(
    'table',
    { class: 'qc-trial-lines' },
    h('caption', { class: 'visually-hidden' }, '与原来的不同'),
    h(
      'tbody',
      {},
      ...differences.map(([sign, line]) =>
        h(
          'tr',
          { class: { '-': 'is-gone', '+': 'is-new' }[sign] ?? '' },
          h(
            'td',
            { title: SIGNS[sign][1] },
            SIGNS[sign][0],
            h('span', { class: 'visually-hidden' }, SIGNS[sign][1]),
          ),
          h('td', {}, line),
        ),
      ),
    ),
  );
}
