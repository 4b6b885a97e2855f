/** The decision tables of a design: the table, what the check says of it, and its test rows, saved as one edits. */
import { askWhose } from '../design/conflict.js';
import { createSaving } from '../design/saving.js';
import { loadDesign } from '../design/server.js';
import { h, onEvery } from '../shared/dom.js';
import { columnsOf, fieldsOf } from './columns.js';
import { createForm } from './create.js';
import { createEditor } from './editor.js';
import { createFiles, decisionsIn } from './files.js';
import { createFindings } from './findings.js';
import { meanings, writing } from './legend.js';
import { createMarks } from './marks.js';
import { readRows, rowsPath, writeRows } from './rows.js';
import { evaluate, listTables, newTable } from './server.js';
import { createTrials } from './trials.js';

const PAUSE = 400; // milliseconds without a change before the table is asked
const REFUSED = ['malformed-xml', 'dtd', 'processing-instruction', 'too-large', 'too-deep', 'not-dmn'];

onEvery('[data-tables]', (host) =>
  open(host).catch((error) =>
    host.replaceChildren(h('p', { class: 'alert alert-danger', role: 'alert' }, error.message)),
  ),
);

/** @param {HTMLElement} host */
async function open(host) {
  const base = host.dataset.tables;
  const [design, listing] = await Promise.all([loadDesign(base), listTables(base)]);
  const files = createFiles(design.files, Object.assign({}, ...listing.tables.map((one) => one.files)));
  const fields = fieldsOf(design.reference.forms, (path) => `forms/${path}` in design.files);
  const uses = new Map(listing.tables.map(({ path, used_by: by, own }) => [path, { by, own }]));

  const state = h('span', { class: 'qc-designer-state', role: 'status' });
  const list = h('nav', { class: 'qc-tables-list', 'aria-label': '决策表' });
  const title = h('p', { class: 'qc-tables-about' });
  const board = h('div', { class: 'qc-table-editor' });
  const refusal = h('p', { class: 'alert alert-danger', role: 'alert' });
  const legends = h('div', { class: 'qc-legends' });
  const fresh = h('div', {});
  const marks = createMarks();
  const findings = createFindings({ jump });
  const trials = createTrials({
    changed: rowsChanged,
    shown: (rules) => marks.mark('hit', rules.map(ruleId).filter(Boolean)),
    most: () => listing.most,
  });
  const editor = createEditor(board, tableChanged);
  const work = h(
    'div',
    { class: 'qc-tables-work' },
    title,
    refusal,
    board,
    findings.element,
    legends,
    trials.element,
  );

  let path = '';
  let rows = new Map();
  let asked = 0;
  let timer = 0;
  const dirty = { table: false, rows: false };

  const say = (text, kind = '') => {
    state.textContent = text;
    state.classList.toggle('is-problem', kind === 'problem');
  };
  const saving = createSaving({ base, key: `qc-tables:${base}`, say, changed, conflict });
  saving.at(design.revision);

  const button = (label, act, style = '') =>
    h('button', { type: 'button', class: `btn btn-sm ${style}`.trim(), onclick: () => tried(act) }, label);
  const tried = (act) => Promise.resolve(act()).catch((error) => say(error.message, 'problem'));

  const known = h(
    'select',
    { class: 'form-select form-select-sm qc-add-input', 'aria-label': '按表单字段增加输入列' },
    h('option', { value: '' }, '按表单字段增加输入列……'),
    ...[...fields.values()]
      .filter(({ own }) => own)
      .map(({ name, title: words, form }) => h('option', { value: name }, `${words}（${form}）`)),
  );
  known.addEventListener('change', () => {
    const field = fields.get(known.value);
    if (field && editor.shown()) editor.addInput({ ...field, label: field.title });
    known.value = '';
  });

  host.replaceChildren(
    h(
      'div',
      { class: 'qc-designer-bar', role: 'toolbar', 'aria-label': '决策表' },
      button('新建决策表', startNew),
      button('撤销', editor.undo),
      button('重做', editor.redo),
      known,
      state,
    ),
    fresh,
    h('div', { class: 'qc-tables-two' }, list, work),
  );
  // -- which table ---------------------------------------------------------------------------------------------------

  function tables() {
    return files
      .paths()
      .filter((one) => one.endsWith('.dmn'))
      .sort();
  }

  function drawList() {
    const entry = (file, { id, name }) => {
      const current = file === path && editor.shown()?.id === id;
      return h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            class: current ? 'is-current' : '',
            'aria-current': current ? 'true' : null,
            onclick: () => tried(() => select(file, id)),
          },
          name,
        ),
      );
    };
    const group = (file) => {
      const decisions =
        file === path && editor.shown()
          ? editor.decisions().map(({ id, name }) => ({ id, name: name || id }))
          : decisionsIn(files.text(file));
      const entries = decisions.length ? decisions : [{ id: '', name: '（打不开）' }];
      return h(
        'div',
        {},
        h('h3', {}, file.replace(/^processes\//, '')),
        h('ul', {}, ...entries.map((one) => entry(file, one))),
      );
    };
    list.replaceChildren(...tables().map(group));
    if (!tables().length)
      list.replaceChildren(
        h(
          'p',
          { class: 'text-secondary' },
          '这个流程还没有决策表。金额、比例等随地方不同的数，可以放在决策表里。',
        ),
      );
  }

  async function select(file, decision = '') {
    await flush();
    if (!file) {
      work.hidden = true;
      drawList();
      return;
    }
    work.hidden = false;
    if (file !== path || !editor.shown()) await load(file, decision);
    else if (decision && editor.shown().id !== decision) await editor.show(decision);
    const query = new URLSearchParams({ file: path, decision: editor.shown()?.id ?? '' });
    history.replaceState(null, '', `?${query}`);
    redraw();
    await ask();
  }

  async function load(file, decision) {
    path = file;
    rows = readRows(files.text(rowsPath(file)));
    const found = await evaluate(base, path, given(files.text(path)));
    const wrong = found.problems.filter((one) => one.file === path && REFUSED.includes(one.code));
    try {
      if (wrong.length) throw new Error(wrong.map(({ message }) => message).join('；'));
      await editor.load(files.text(file), decision);
      refuse('');
    } catch (error) {
      refuse(`${file} 打不开：${error.message}。文件没有改动，仍留在设计稿里。`);
    }
  }

  function refuse(reason) {
    refusal.textContent = reason;
    refusal.hidden = !reason;
    for (const part of [board, findings.element, legends, trials.element]) part.hidden = Boolean(reason);
  }

  const opened = () => refusal.hidden && Boolean(editor.shown());
  const ownRows = () => {
    const id = editor.shown().id;
    if (!rows.has(id)) rows.set(id, []);
    return rows.get(id);
  };

  function redraw(variables) {
    drawList();
    const { by = [], own = true } = uses.get(path) ?? {};
    if (!opened()) {
      title.replaceChildren();
      return;
    }
    const here = by.filter(({ decision }) => decision === editor.shown().id);
    const tasks = here.map(({ name, task }) => `“${name}”的“${task}”`).join('、');
    const about = tasks ? `由${tasks}使用。` : '还没有环节使用：在流程图里把一个决策表环节指向它。';
    const shared = own ? '' : '这是流程库里的表，修改后成为这个设计稿自己的一份。';
    title.textContent = about + shared;
    columns(variables);
  }

  function columns(variables) {
    if (rows === null) {
      trials.element.hidden = true;
      return;
    }
    const among = columnsOf(editor.shown(), variables, ownRows(), fields);
    trials.show(ownRows(), among);
    legends.replaceChildren(writing(), meanings(among));
  }

  // -- what it answers -----------------------------------------------------------------------------------------------

  function tableChanged() {
    dirty.table = true;
    touched();
  }

  function rowsChanged() {
    dirty.rows = true;
    touched();
  }

  function touched() {
    saving.touched();
    clearTimeout(timer);
    timer = setTimeout(() => tried(ask), PAUSE);
  }

  const given = (text) => {
    const beside = rows === null ? files.text(rowsPath(path)) : writeRows(rows);
    return { [path]: text, ...(beside == null ? {} : { [rowsPath(path)]: beside }) };
  };

  let drawn = '';
  async function ask() {
    if (!opened()) return;
    const turn = ++asked;
    const mine = path;
    const found = await evaluate(base, mine, given(await editor.xml()));
    if (turn !== asked || mine !== path || !opened()) return;
    const decision = editor.shown();
    const table = found.tables[decision.id];
    const head = JSON.stringify([path, decision.id, table?.variables, decision.decisionLogic.output]);
    if (head !== drawn) {
      drawn = head;
      keepingFocus(() => redraw(table?.variables));
    }
    const answers = spread(table?.answers ?? []);
    if (rows !== null) trials.answer(answers, decision.decisionLogic.rule?.length ?? 0);
    const problems = found.problems.map(({ message, element, name, code, file }) => ({
      message: name && file === path && name !== decision.name ? `${name}：${message}` : message,
      place: code === 'bad-rows' || !placed(element) ? undefined : element,
    }));
    const faults = (table?.faults ?? []).map(({ message, rows: at }) => ({
      message,
      hint: true,
      place: at.length ? ruleId(at[0]) : undefined,
    }));
    findings.show([...problems, ...faults], '没有写错的格，没有空档和重叠。');
    marks.mark('problem', problems.map(({ place }) => place).filter(Boolean));
    marks.mark('fault', (table?.faults ?? []).flatMap(({ rows: at }) => at.map(ruleId)).filter(Boolean));
  }

  /** Blank rows are not asked: the answers go to the others, in their order. */
  function spread(answers) {
    const rest = [...answers];
    return ownRows().map((row) => (isAsked(row) ? rest.shift() : undefined));
  }

  const isAsked = ({ title: words, given: one, expected }) =>
    Boolean(words || Object.keys(one).length || Object.keys(expected).length);
  const ruleId = (number) => editor.shown()?.decisionLogic.rule?.[number - 1]?.id;
  const placed = (id) => ownerOf(id) !== undefined;
  const ownerOf = (id) =>
    editor
      .decisions()
      .find(({ decisionLogic: { rule = [], input = [], output = [] } }) =>
        [...rule, ...input, ...output].some(
          (one) =>
            one.id === id ||
            [...(one.inputEntry ?? []), ...(one.outputEntry ?? [])].some((cell) => cell.id === id),
        ),
      );

  function jump(place) {
    tried(async () => {
      const owner = ownerOf(place);
      if (owner && owner.id !== editor.shown().id) await select(path, owner.id);
      const cell = board.querySelector(`[data-element-id="${CSS.escape(place)}"]`);
      cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      (cell?.querySelector('[contenteditable]') ?? cell)?.focus();
    });
  }

  /** Draws the test rows anew and leaves the person in the cell in which they were. */
  function keepingFocus(draw) {
    const inputs = () => [...trials.element.querySelectorAll('input')];
    const at = inputs().indexOf(document.activeElement);
    draw();
    if (at >= 0) inputs()[at]?.focus();
  }

  // -- saving --------------------------------------------------------------------------------------------------------

  async function flush() {
    if (dirty.table && opened()) files.set(path, await editor.xml());
    if (dirty.rows && rows !== null) files.set(rowsPath(path), writeRows(rows));
    dirty.table = dirty.rows = false;
  }

  async function changed() {
    await flush();
    return files.changes();
  }

  async function conflict(other) {
    const who = other.saved_by;
    const clashes = files.merge(other.base, other.theirs);
    for (const one of clashes) {
      const [was, mine, theirs] = [other.base[one], files.text(one), other.theirs[one]];
      say(`${who}在您之后也改了 ${one}`, 'problem');
      const whose = await askWhose(host, { who, base: was ?? '', mine: mine ?? '', theirs: theirs ?? '' });
      if (whose === 'theirs') files.yieldTo(one, theirs);
    }
    saving.at(other.revision);
    saving.touched();
    const decision = editor.shown()?.id;
    const file = tables().includes(path) ? path : tables()[0];
    path = '';
    await select(file, decision);
    say(`已并入${who}保存的修改`);
  }

  function recover() {
    const left = saving.left();
    if (!left?.files || left.revision !== design.revision) return;
    for (const [one, text] of Object.entries(left.files)) files.set(one, text);
    if (!Object.keys(files.changes()).length) return;
    saving.touched();
    say('已找回上次没有保存的修改');
  }

  // -- a new one -----------------------------------------------------------------------------------------------------

  function startNew() {
    const form = createForm({
      types: listing.types,
      fields,
      close: () => fresh.replaceChildren(),
      make: async (wanted) => {
        await flush();
        const made = await newTable(base, { ...wanted, files: files.changes() });
        files.set(made.path, made.text);
        saving.touched();
        fresh.replaceChildren();
        await select(made.path);
      },
    });
    fresh.replaceChildren(form.element);
    form.focus();
  }

  leaveSaved(saving);
  recover();
  const wanted = new URLSearchParams(location.search);
  const first = tables().includes(wanted.get('file')) ? wanted.get('file') : tables()[0];
  await select(first, wanted.get('decision') ?? '');
  if (!state.textContent)
    say(`${design.saved_by}保存于 ${new Date(design.saved_at).toLocaleString('zh-CN', { hour12: false })}`);
}

/** The other pages of the design show what is saved: leaving for one of them saves first. */
function leaveSaved(saving) {
  for (const link of document.querySelectorAll('.qc-tabs a'))
    link.addEventListener('click', async (event) => {
      if (!saving.unsaved() || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (await saving.save()) location.assign(link.href);
    });
}
