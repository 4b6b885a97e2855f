/** The decision tables of a design: the table, what the check says of it, and its test rows, saved as one edits. */
import { createSaving } from '../design/saving.js';
import { loadDesign } from '../design/server.js';
import { h, onEvery } from '../shared/dom.js';
import { createAsking } from './asking.js';
import { columnsOf, fieldsOf } from './columns.js';
import { createForm } from './create.js';
import { createEditor } from './editor.js';
import { createFiles } from './files.js';
import { createFindings } from './findings.js';
import { meanings, writing } from './legend.js';
import { createList } from './list.js';
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
  const own = new Map([...fields].filter(([, field]) => field.own));
  const uses = new Map(listing.tables.map((one) => [one.path, one]));

  let path = '';
  let rows = new Map(); // of the opened file, by decision; null where they cannot be read
  let timer = 0;
  let turn = 0; // of those who choose a table
  const dirty = { table: false, rows: false };

  const state = h('span', { class: 'qc-designer-state', role: 'status' });
  const about = h('p', { class: 'qc-tables-about' });
  const board = h('div', { class: 'qc-table-editor' });
  const refusal = h('p', { class: 'alert alert-danger', role: 'alert' });
  const legends = h('div', {});
  const fresh = h('div', {});
  const marks = createMarks();
  const list = createList((file, decision) => tried(() => select(file, decision)));
  const findings = createFindings({ jump: (place) => tried(() => asking.jump(place)) });
  const trials = createTrials({
    changed: () => touched('rows'),
    shown: (rules) => asking.markHits(rules),
    most: () => listing.most,
  });
  const editor = createEditor(board, () => touched('table'));
  const asking = createAsking({
    ...{ base, board, editor, marks, findings, trials, opened, heads },
    select: (decision) => select(path, decision),
  });
  const saving = createSaving({ base, key: `qc-tables:${base}`, host, say, changed, replaced });
  saving.at(design.revision);
  const parts = [board, findings.element, legends, trials.element];
  const work = h('div', { class: 'qc-tables-work' }, about, refusal, ...parts);

  const button = (label, act) =>
    h('button', { type: 'button', class: 'btn btn-sm', onclick: () => tried(act) }, label);
  const bar = { class: 'qc-designer-bar', role: 'toolbar', 'aria-label': '决策表' };
  host.replaceChildren(
    h(
      'div',
      bar,
      button('新建决策表', startNew),
      button('撤销', editor.undo),
      button('重做', editor.redo),
      inputsFromForms(),
      state,
    ),
    fresh,
    h('div', { class: 'qc-tables-two' }, list.element, work),
  );
  await saving.recover(design.files, (left) => {
    for (const [one, text] of Object.entries(left)) files.set(one, text);
  });
  const wanted = new URLSearchParams(location.search);
  const named = wanted.get('file');
  await select(tables().includes(named) ? named : tables()[0], wanted.get('decision') ?? '');
  if (!state.textContent)
    say(`${design.saved_by}保存于 ${new Date(design.saved_at).toLocaleString('zh-CN', { hour12: false })}`);

  function say(words, kind = '') {
    state.textContent = words;
    state.classList.toggle('is-problem', kind === 'problem');
  }

  /** @param {() => any} act whatever it fails with is said beside the buttons */
  async function tried(act) {
    try {
      await act();
    } catch (error) {
      say(error.message, 'problem');
    }
  }

  // -- which table ---------------------------------------------------------------------------------------------------

  function tables() {
    const found = files.paths().filter((one) => one.endsWith('.dmn'));
    return found.sort();
  }

  /**
   * What was asked for last is shown. Until then nothing can be changed on what is shown now, which would be taken for the other file.
   *
   * @param {string | undefined} file
   * @param {string} [decision] the first one if the file has none of that id
   * @param {boolean} [anew] whether its text has changed under the page
   */
  async function select(file, decision = '', anew = false) {
    const mine = ++turn;
    await flush();
    work.hidden = !file;
    try {
      if (file && (anew || file !== path || !isOpen())) await load(file, decision, () => mine === turn);
      else if (file && decision && editor.shown().id !== decision) await editor.show(decision);
    } finally {
      if (mine === turn) work.inert = false;
    }
    if (mine !== turn) return;
    drawList();
    if (!file) return;
    const query = new URLSearchParams({ file: path, decision: isOpen() ? editor.shown().id : '' });
    history.replaceState(null, '', `?${query}`);
    tell();
    heads();
    await asking.ask(true);
  }

  async function load(file, decision, wanted) {
    work.inert = true;
    const { problems } = await evaluate(base, file, { [file]: files.text(file) }).catch((error) => {
      if (file === path && wanted()) refuse(`${file} 有新的保存，现在打不开：${error.message}`);
      throw error;
    });
    if (!wanted()) return;
    const wrong = problems.filter((one) => REFUSED.includes(one.code)).map(({ message }) => message);
    path = file;
    rows = readRows(files.text(rowsPath(file)));
    refusal.textContent = '';
    try {
      if (wrong.length) throw new Error(wrong.join('；'));
      await editor.load(files.text(file), decision);
      refuse('');
    } catch (error) {
      refuse(`${file} 打不开：${error.message}。文件没有改动，仍留在设计稿里。`);
    }
    if (rows === null) trials.element.hidden = true;
  }

  /** @param {string} words why nothing can be shown; none where it can */
  function refuse(words) {
    refusal.textContent = words;
    refusal.hidden = isOpen();
    for (const part of parts) part.hidden = !isOpen();
  }

  function isOpen() {
    return !refusal.textContent && Boolean(editor.shown());
  }

  function drawList() {
    const shown = isOpen()
      ? { path, decisions: editor.decisions(), decision: editor.shown().id }
      : { path: '', decisions: [], decision: '' };
    list.show(
      tables().map((one) => ({ path: one, text: files.text(one) })),
      shown,
    );
  }

  /** Which tasks ask the table, and whose it is. */
  function tell() {
    const { used_by: by = [], own: isOwn = true } = uses.get(path) ?? {};
    const here = isOpen() ? by.filter(({ decision }) => decision === editor.shown().id) : [];
    const tasks = here.map(({ name, task }) => `“${name}”的“${task}”`).join('、');
    const used = tasks ? `由${tasks}使用。` : '还没有环节使用：请在流程图里把决策表环节指向它。';
    const shared = isOwn ? '' : '这是流程库里的表，修改后成为这个设计稿自己的一份。';
    about.textContent = isOpen() ? used + shared : '';
  }

  // -- its test rows -------------------------------------------------------------------------------------------------

  function rowsHere() {
    const { id } = editor.shown();
    if (!rows.has(id)) rows.set(id, []);
    return rows.get(id);
  }

  /** @param {string[]} [variables] that the server found the table to read */
  function heads(variables) {
    if (!isOpen() || rows === null) return;
    drawList();
    const columns = columnsOf(editor.shown(), variables, rowsHere(), fields);
    const inputs = () => [...trials.element.querySelectorAll('input')];
    const focused = inputs().indexOf(document.activeElement);
    const open_ = [...legends.querySelectorAll('details')].map((one) => one.open);
    legends.replaceChildren(writing(), meanings(columns));
    legends.querySelectorAll('details').forEach((one, index) => (one.open = open_[index] ?? false));
    trials.show(rowsHere(), columns);
    if (focused >= 0) inputs()[focused]?.focus();
  }

  /** What the server is asked about: the table as it stands, and its rows. */
  async function opened() {
    if (!isOpen()) return null;
    const text = await editor.xml();
    const beside = rows === null ? files.text(rowsPath(path)) : writeRows(rows);
    const both = { [path]: text, ...(beside == null ? {} : { [rowsPath(path)]: beside }) };
    return { path, files: both, rows: rows && rowsHere() };
  }

  // -- changing it ---------------------------------------------------------------------------------------------------

  /** @param {'table' | 'rows'} part */
  function touched(part) {
    dirty[part] = true;
    saving.touched();
    clearTimeout(timer);
    timer = setTimeout(() => tried(() => asking.ask()), PAUSE);
  }

  async function flush() {
    const { table, rows: beside } = dirty;
    dirty.table = dirty.rows = false; // what is changed from here on is for the next time
    if (beside && rows !== null) files.set(rowsPath(path), writeRows(rows));
    if (table && isOpen()) files.set(path, await editor.xml());
  }

  async function changed() {
    await flush();
    return files.changes();
  }

  /** Puts what somebody else has saved on the page, and leaves the rest of it as it is. */
  async function replaced(theirs) {
    const fresh = files.replace(theirs);
    const [table, beside] = [fresh.includes(path), fresh.includes(rowsPath(path))];
    if (table) dirty.table = false;
    if (table || beside) dirty.rows = false;
    const [file, decision] = [path, editor.shown()?.id];
    if (beside) rows = readRows(files.text(rowsPath(path)));
    await select(files.text(file) === undefined ? tables()[0] : file, decision, table);
  }

  function inputsFromForms() {
    const choice = h(
      'select',
      { class: 'form-select form-select-sm qc-add-input', 'aria-label': '按表单字段增加输入列' },
      h('option', { value: '' }, '按表单字段增加输入列……'),
      ...[...own.values()].map(({ name, title, form }) =>
        h('option', { value: name }, `${title}（${form}）`),
      ),
    );
    choice.addEventListener('change', () => {
      const field = own.get(choice.value);
      if (field && isOpen()) editor.addInput({ ...field, label: field.title });
      choice.value = '';
    });
    return choice;
  }

  function startNew() {
    const make = async (given) => {
      await flush();
      const made = await newTable(base, { ...given, files: files.changes() });
      files.set(made.path, made.text);
      saving.touched();
      fresh.replaceChildren();
      await select(made.path);
    };
    const form = createForm({
      types: listing.types,
      fields: own,
      make,
      close: () => fresh.replaceChildren(),
    });
    fresh.replaceChildren(form.element);
    form.focus();
  }
}
