/** The designer of processes: the drawing, the panel beside it, what is wrong below it, saved as one edits. */
import { h, onEvery } from '../shared/dom.js';
import { differenceInWords, differing } from '../design/kept-checks.js';
import { createSaving } from '../design/saving.js';
import { checkDesign, finishDesign, loadDesign } from '../design/server.js';
import { createBar, createMenu } from './bar.js';
import { createChecking } from './checking.js';
import { fit } from './drawing/fit.js';
import { createEditor } from './editor.js';
import { exportAs } from './exporting.js';
import { blankForm, createFiles } from './files.js';
import { createProblems } from './problems.js';
import { createSource, reason } from './source.js';

onEvery('[data-designer]', async (host) => {
  try {
    await open(host, await loadDesign(host.dataset.designer));
  } catch (error) {
    host.replaceChildren(h('p', { class: 'alert alert-danger', role: 'alert' }, error.message));
    throw error;
  }
});

/** @param {HTMLElement} host @param {any} design as the server gives it */
async function open(host, design) {
  const { designer: base, key } = host.dataset;
  const { main, reference } = design;
  const files = createFiles(design.files);
  const canvas = h('div', { class: 'qc-designer-canvas' });
  const panel = h('aside', { class: 'qc-designer-panel', 'aria-label': '属性' });
  const stage = h('div', { class: 'qc-designer-stage' }, canvas, panel);
  const state = h('span', { class: 'qc-designer-state', role: 'status' });
  const problems = createProblems({ own: main });
  const source = createSource(() => touched());

  const say = (text, kind = '') => {
    state.textContent = text;
    state.classList.toggle('is-problem', kind === 'problem');
  };
  const failed = (error) => say(error.message, 'problem');

  const modeler = createEditor({
    canvas,
    reference,
    panel: {
      parent: panel,
      reference,
      problems,
      files,
      events: eventsOf(reference),
      jurisdiction: key.split('.')[0],
      page: (name) => document.querySelector(`.qc-tabs a[href$="/${name}"]`)?.getAttribute('href'),
      newForm,
    },
  });
  problems.on(modeler);

  const saving = createSaving({ base, key: `qc-design:${base}`, say, host, changed, replaced });
  saving.at(design.revision);
  const checking = createChecking({
    ask: async () => (await checkDesign(base, await changed())).problems,
    show: problems.show,
    failed: (error) => problems.unknown(`暂时不能检查：${error.message}`),
  });

  function touched() {
    files.write(main, null);
    saving.touched();
    checking.soon();
  }

  /** The files that were changed on this page. Throws, with what to keep, while the source cannot be read. */
  async function changed() {
    const own = files.changed();
    if (main in own) own[main] = await drawn(own);
    return own;
  }

  async function drawn(own) {
    if (!source.shown()) return (await modeler.saveXML({ format: true })).xml;
    try {
      await modeler.get('moddle').fromXML(source.text());
    } catch (error) {
      source.complain(error);
      const unread = new Error(`源码${reason(error, source.text())}，改好之前不保存`);
      throw Object.assign(unread, { files: { ...own, [main]: source.text() } });
    }
    return source.text();
  }

  /** What somebody else saved takes the place of what is shown. */
  async function replaced(theirs) {
    for (const [path, text] of Object.entries(theirs)) {
      const shown = path === main && files.get(main) !== text;
      files.replace(path, text);
      if (shown) await show(text);
    }
    checking.soon();
  }

  function newForm(title) {
    const [slug, process] = key.split('.');
    const made = blankForm({ slug, process, title, taken: files.has });
    for (const [path, text] of Object.entries(made.files)) files.write(path, text);
    const opinion = { name: 'opinion', title: '意见', type: 'string', values: [] };
    reference.forms[made.name] = { title, fields: [opinion] };
    return made.name;
  }

  /** Draws a file; what cannot be drawn is shown as text. */
  async function show(xml) {
    try {
      const { warnings } = await modeler.importXML(xml);
      source.close();
      stage.hidden = false;
      fit(modeler.get('canvas'));
      return warnings.length ? `有 ${warnings.length} 处内容画不出来，保存时不会丢` : '';
    } catch (error) {
      stage.hidden = true;
      source.open(xml, error);
      return '这份流程图画不出来，请在源码里修改';
    }
  }

  async function toggleSource() {
    if (source.shown()) return say(await show(source.text()));
    const { xml } = await modeler.saveXML({ format: true });
    stage.hidden = true;
    source.open(xml);
  }

  async function check() {
    problems.unknown('正在检查……');
    if (await checking.now()) problems.unfold();
    if (problems.errors().length || !(await saving.save())) return;
    const other = await differing(base, say);
    if (other.length) say(differenceInWords(other), 'problem');
  }

  async function finish() {
    if (!(await saving.save())) return;
    const revision = saving.revision();
    await checking.now();
    if (problems.errors().length) {
      problems.unfold();
      return say(`还有 ${problems.errors().length} 处需要修改，不能定稿`, 'problem');
    }
    const other = await differing(base, say);
    if (other.length) return say(differenceInWords(other), 'problem');
    if (saving.unsaved() || saving.revision() !== revision)
      return say('检查的时候又有修改，还没有定稿；改好以后请再点“定稿”', 'problem');
    const made = await finishDesign(base, revision);
    location.assign(made.location);
  }

  async function exported(kind) {
    if (source.shown() && kind !== 'bpmn')
      throw new Error('图片照流程图生成：请先点“源码”回到流程图，再导出');
    await exportAs(modeler, kind, key, () => drawn({}));
  }

  function widen() {
    host.classList.toggle('is-wide');
    modeler.get('canvas').resized();
    fit(modeler.get('canvas'));
  }

  const stack = modeler.get('commandStack');
  const undo = { icon: 'arrow-back-up', label: '撤销', quiet: true, act: () => stack.undo() };
  const redo = { icon: 'arrow-forward-up', label: '重做', quiet: true, act: () => stack.redo() };
  const bar = createBar(
    [
      [undo, redo],
      [
        { icon: 'list-check', label: '检查', act: check },
        { icon: 'player-play', label: '演示走法', act: () => modeler.get('toggleMode').toggleMode() },
      ],
      [
        { icon: 'code', label: '源码', act: toggleSource },
        { icon: 'maximize', label: '放大', act: widen },
      ],
      [{ icon: 'circle-check', label: '定稿', act: finish, style: 'btn-primary' }],
    ],
    failed,
  );
  const kinds = ['bpmn', 'svg', 'png'];
  const exports = kinds.map((kind) => [kind.toUpperCase(), () => exported(kind)]);
  bar.element.lastChild.before(
    createMenu({ icon: 'download', label: '导出', entries: exports }, failed),
    state,
  );
  host.replaceChildren(bar.element, stage, source.element, problems.element);

  const told = await show(files.get(main));
  performance.mark('drawn');
  const found = await saving.recover(design.files, async (left) => {
    for (const [path, text] of Object.entries(left)) files.write(path, text);
    if (left[main]) await show(left[main]);
  });
  if (!found) say(told || `${design.saved_by}保存于 ${moment(design.saved_at)}`);
  const stepped = () => {
    bar.button('撤销').disabled = !stack.canUndo();
    bar.button('重做').disabled = !stack.canRedo();
  };
  stepped();
  modeler.on('commandStack.changed', stepped);
  modeler.on('commandStack.changed', (event) => event.trigger !== 'clear' && touched());
  lookAt(decodeURIComponent(location.hash.slice(1)));
  problems.unknown('正在检查……');
  await checking.now();
  if (problems.errors().length) problems.unfold();

  /** An address may name an element: other pages lead to it. */
  function lookAt(id) {
    const element = id && modeler.get('elementRegistry').get(id);
    if (!element) return;
    modeler.get('selection').select(element);
    modeler.get('canvas').scrollToElement(element);
  }
}

/** What a time limit may be counted from: legal events, and the dates that forms ask for. */
function eventsOf({ events, forms }) {
  const dates = Object.values(forms).flatMap((form) =>
    form.fields.filter((field) => field.format === 'date'),
  );
  const known = new Set(events.map((one) => one.value));
  const asked = dates.filter((field) => !known.has(field.name) && known.add(field.name));
  return [...events, ...asked.map((field) => ({ value: field.name, label: field.title, hint: field.name }))];
}

const moment = (at) => new Date(at).toLocaleString('zh-CN', { hour12: false });
