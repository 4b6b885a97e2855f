/** The test rows under a table: typed or pasted from Excel, answered by the server, marked with shape, word and colour. */
import { h } from '../shared/dom.js';
import { newRow, pastedCells } from './rows.js';
import { fits, parsed, written } from './values.js';

const TITLE = { part: 'title', label: '说明', kind: 'string', values: [] };

/**
 * @param {{changed: () => void, shown: (rules: number[]) => void, most: () => number}} given `shown` is told which rows of the table answered
 *   the test row that has the focus
 */
export function createTrials({ changed, shown, most }) {
  const head = h('thead', {});
  const body = h('tbody', {});
  const table = h('table', { class: 'table qc-table qc-trials' }, head, body);
  const summary = h('p', { class: 'qc-trials-summary', role: 'status' });
  const choices = h('div', { hidden: true });
  const add = h('button', { type: 'button', class: 'btn btn-sm', onclick: () => append() }, '增加测试行');
  const element = h(
    'section',
    { class: 'qc-trials-part', 'aria-label': '测试行' },
    h('h2', {}, '测试行'),
    h(
      'p',
      { class: 'text-secondary mb-2' },
      '写明给什么值、应得什么结果。不写应得结果的列不核对；有一行不通过，就不能定稿。可以从 Excel 复制几行几列，粘贴到起始的格里。',
    ),
    summary,
    h('div', { class: 'qc-trials-scroll' }, table),
    choices,
    add,
  );
  let rows = [];
  let columns = [];
  let answers = [];

  const cells = () => [TITLE, ...columns];

  /** @param {object[]} given changed in place @param {any[]} among the columns @param {number} [focus] a row to go to */
  function show(given, among) {
    [rows, columns, answers] = [given, among, []];
    const group = (part) => columns.filter((column) => column.part === part).length;
    choices.replaceChildren(...columns.flatMap(options));
    head.replaceChildren(
      h(
        'tr',
        {},
        h('th', { colspan: '2' }),
        group('given') ? h('th', { colspan: String(group('given')), class: 'is-group' }, '给定值') : null,
        group('expected')
          ? h('th', { colspan: String(group('expected')), class: 'is-group' }, '应得结果')
          : null,
        h('th', { colspan: '2' }),
      ),
      h(
        'tr',
        {},
        h('th', { scope: 'col', class: 'is-narrow' }, '行'),
        ...cells().map(heading),
        h('th', { scope: 'col' }, '核对'),
        h('th', { class: 'is-narrow' }, h('span', { class: 'visually-hidden' }, '删去')),
      ),
    );
    body.replaceChildren(...rows.map(line));
    tell();
  }

  function heading(column) {
    const name = column.name && column.name !== column.label ? h('code', {}, column.name) : null;
    const gone = column.gone ? h('div', { class: 'qc-trial-gone' }, '▲ 表里已没有这一列') : null;
    const remove = column.gone
      ? h('button', { type: 'button', class: 'qc-link', onclick: () => forget(column) }, '删去')
      : null;
    const style = column.part === 'title' ? 'is-title' : null;
    return h('th', { scope: 'col', class: style }, column.label, name, gone, remove);
  }

  function options({ name, values, part }) {
    if (part !== 'given' || !values.length) return [];
    const made = h('datalist', { id: `qc-choices-${name}` });
    made.append(...values.map(({ value, label }) => h('option', { value: written(value, '') }, label)));
    return [made];
  }

  function line(row, index) {
    const made = h(
      'tr',
      { onfocusin: () => shown(answers[rows.indexOf(row)]?.rules ?? []) },
      h('td', { class: 'nums' }, String(index + 1)),
      ...cells().map((column) => h('td', {}, entry(row, column), h('div', { class: 'qc-trial-actual' }))),
      h('td', { class: 'qc-trial-result' }),
      h(
        'td',
        {},
        h(
          'button',
          {
            type: 'button',
            class: 'btn btn-sm btn-ghost-secondary',
            'aria-label': `删去测试行 ${index + 1}`,
            onclick: () => remove(row),
          },
          '删去',
        ),
      ),
    );
    return made;
  }

  function entry(row, column) {
    const made = h('input', {
      class: 'form-control form-control-sm',
      type: 'text',
      autocomplete: 'off',
      'aria-label': `${{ given: '给定值：', expected: '应得结果：' }[column.part] ?? ''}${column.label}`,
      list: column.part === 'given' && column.values.length ? `qc-choices-${column.name}` : null,
    });
    made.value = column.part === 'title' ? row.title : written(row[column.part][column.name], column.kind);
    const misfit = () => {
      const value = column.part === 'title' ? '' : row[column.part][column.name];
      const wrong = !fits(value, column.kind);
      made.classList.toggle('is-invalid', wrong);
      made.title = wrong ? { number: '这里应填数字', boolean: '这里应填是或否' }[column.kind] : '';
    };
    made.addEventListener('input', () => {
      put(row, column, made.value);
      misfit();
      changed();
    });
    made.addEventListener('keydown', (event) => move(event, row, column));
    made.addEventListener('paste', (event) => paste(event, row, column));
    misfit();
    return made;
  }

  function put(row, column, text) {
    if (column.part === 'title') {
      row.title = text.trim();
      return;
    }
    const value = parsed(text, column.kind);
    if (value === undefined) delete row[column.part][column.name];
    else row[column.part][column.name] = value;
  }

  /** Enter and the arrows go from row to row; Enter behind the last row adds one. */
  function move(event, row, column) {
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const target = rows.indexOf(row) + step;
    if (target === rows.length && event.key === 'Enter') append(cells().indexOf(column));
    else focus(target, cells().indexOf(column));
  }

  function focus(index, cell = 0) {
    body.rows[index]?.cells[cell + 1]?.querySelector('input')?.focus();
  }

  function append(cell = 0) {
    if (rows.length >= most()) {
      summary.textContent = `最多 ${most()} 个测试行`;
      return;
    }
    rows.push(newRow());
    show(rows, columns);
    focus(rows.length - 1, cell);
    changed();
  }

  function remove(row) {
    const index = rows.indexOf(row);
    rows.splice(index, 1);
    show(rows, columns);
    if (rows.length) focus(Math.min(index, rows.length - 1));
    else add.focus();
    changed();
  }

  function forget({ part, name }) {
    for (const row of rows) delete row[part][name];
    show(
      rows,
      columns.filter((column) => column.part !== part || column.name !== name),
    );
    changed();
  }

  function paste(event, row, column) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!/[\t\n]/.test(text.replace(/\r?\n$/, ''))) return;
    event.preventDefault();
    const first = rows.indexOf(row);
    const from = cells().indexOf(column);
    const pasted = pastedCells(text).slice(0, most() - first);
    for (const [down, line_] of pasted.entries()) {
      rows[first + down] ??= newRow();
      for (const [right, value] of line_.entries()) {
        const at = cells()[from + right];
        if (at) put(rows[first + down], at, value);
      }
    }
    show(rows, columns);
    focus(first, from);
    changed();
  }

  /**
   * @param {(any | undefined)[]} given by row, in their order; undefined for one that was not asked
   * @param {number} rules how many rows the table has
   */
  function answer(given, rules) {
    answers = given;
    for (const [index, line_] of [...body.rows].entries()) {
      const said = answers[index];
      const result = line_.querySelector('.qc-trial-result');
      result.replaceChildren(...(said ? verdict(said) : []));
      for (const [place, column] of cells().entries()) {
        const actual = line_.cells[place + 1].querySelector('.qc-trial-actual');
        const value = said && column.part === 'expected' ? said.values[column.name] : undefined;
        const wrong = Boolean(said?.wrong.includes(column.name));
        const told = value !== undefined && (wrong || !Object.keys(rows[index].expected).length);
        actual.textContent = told ? `实得 ${written(value, column.kind)}` : '';
        actual.classList.toggle('is-wrong', wrong);
      }
    }
    tell(rules);
    const focused = [...body.rows].findIndex((line_) => line_.contains(document.activeElement));
    if (focused >= 0) shown(answers[focused]?.rules ?? []);
  }

  function verdict({ passed, stopped, rules }) {
    const hit = rules.length ? `，适用第 ${rules.join('、')} 行` : '';
    return [
      h(
        'span',
        { class: passed ? 'qc-trial-pass' : 'qc-trial-fail' },
        passed ? `● 通过${hit}` : `■ 不通过${hit}`,
      ),
      stopped ? h('div', { class: 'qc-trial-stopped' }, stopped) : null,
    ].filter(Boolean);
  }

  function tell(rules = 0) {
    table.hidden = rows.length === 0;
    if (!rows.length) {
      summary.textContent = '还没有测试行。';
      return;
    }
    const asked = answers.filter(Boolean);
    const failed = asked.filter(({ passed }) => !passed).length;
    const hit = new Set(asked.flatMap(({ rules: ones }) => ones));
    const missed = Array.from({ length: rules }, (_, index) => index + 1).filter((one) => !hit.has(one));
    const said = !asked.length
      ? `${rows.length} 个测试行，还没有核对`
      : failed
        ? `■ ${asked.length} 个测试行，${failed} 个不通过`
        : `● ${asked.length} 个测试行全部通过`;
    const rest = asked.length && missed.length ? `；没有测试行用到：第 ${missed.join('、')} 行` : '';
    summary.textContent = said + rest;
    const state = failed ? 'is-failed' : 'is-passed';
    summary.className = `qc-trials-summary ${asked.length ? state : ''}`;
  }

  return { element, show, answer };
}
