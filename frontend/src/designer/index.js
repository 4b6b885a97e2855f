/** The designer of processes: the drawing, the panel beside it, what is wrong below it, saved as one edits. */
import minimap from 'diagram-js-minimap';
import tokenSimulation from 'bpmn-js-token-simulation';
import { BpmnPropertiesPanelModule } from 'bpmn-js-properties-panel';
import Modeler from 'bpmn-js/lib/Modeler';
import { h, onEvery } from '../shared/dom.js';
import { askWhose } from '../design/conflict.js';
import { exportAs } from './exporting.js';
import moddle from './moddle.json';
import SharedParts from './palette.js';
import Provider from './panel/provider.js';
import { createProblems } from './problems.js';
import { createSaving } from '../design/saving.js';
import { checkDesign, finishDesign, loadDesign } from '../design/server.js';
import words from './words.js';

const OURS = {
  __init__: ['lawPanel', 'sharedParts'],
  lawPanel: ['type', Provider],
  sharedParts: ['type', SharedParts],
};

onEvery('[data-designer]', open);

/** @param {HTMLElement} host */
async function open(host) {
  const base = host.dataset.designer;
  const canvas = h('div', { class: 'qc-designer-canvas' });
  const panel = h('div', { class: 'qc-designer-panel' });
  const source = h('textarea', {
    class: 'form-control qc-designer-source',
    spellcheck: 'false',
    'aria-label': '流程图源码',
  });
  source.hidden = true;
  const state = h('span', { class: 'qc-designer-state', role: 'status' }, '正在打开……');
  const say = (text, kind = '') => {
    state.textContent = text;
    state.classList.toggle('is-problem', kind === 'problem');
  };
  let design;
  try {
    design = await loadDesign(base);
  } catch (error) {
    host.replaceChildren(h('p', { class: 'alert alert-danger', role: 'alert' }, error.message));
    return;
  }
  const modeler = new Modeler({
    container: canvas,
    propertiesPanel: { parent: panel },
    reference: design.reference,
    moddleExtensions: { spiffworkflow: moddle },
    additionalModules: [BpmnPropertiesPanelModule, minimap, tokenSimulation, words, OURS],
  });
  const { main } = design;
  const problems = createProblems({ viewer: modeler, own: () => main });
  const bar = h('div', { class: 'qc-designer-bar', role: 'toolbar', 'aria-label': '流程图' });
  const stage = h('div', { class: 'qc-designer-stage' }, canvas, panel);
  host.replaceChildren(bar, stage, source, problems.element);

  const xmlNow = async () => (source.hidden ? (await modeler.saveXML({ format: true })).xml : source.value);
  const saving = createSaving({
    base,
    key: `qc-design:${base}`,
    say,
    changed: async () => ({ [main]: await xmlNow() }),
    conflict: async (other) => {
      say(`${other.saved_by}在您之后保存过`, 'problem');
      const mine = await xmlNow();
      const whose = await askWhose(host, {
        who: other.saved_by,
        base: other.base[main] ?? '',
        mine,
        theirs: other.theirs[main] ?? '',
      });
      saving.at(other.revision);
      if (whose === 'theirs') await show(other.theirs[main]);
      else saving.touched();
      if (whose === 'theirs') {
        saving.forget();
        say(`已换成${other.saved_by}保存的内容`);
      }
    },
  });
  saving.at(design.revision);

  const button = (label, act, style = '') => {
    const made = h('button', { type: 'button', class: `btn btn-sm ${style}`.trim() }, label);
    made.addEventListener('click', () => act().catch((error) => say(error.message, 'problem')));
    return made;
  };

  async function show(xml) {
    const { warnings } = await modeler.importXML(xml);
    if (warnings.length) say(`有 ${warnings.length} 处内容画不出来，保存时不会丢`, 'problem');
    modeler.get('canvas').zoom('fit-viewport', 'auto');
  }

  async function check() {
    say('正在检查……');
    const found = await checkDesign(base, { [main]: await xmlNow() });
    problems.show(found.problems);
    say(saving.unsaved() ? '有修改没有保存' : '检查完毕');
  }

  async function finish() {
    if (!(await saving.save())) return;
    try {
      const made = await finishDesign(base, saving.revision());
      location.assign(made.location);
    } catch (error) {
      if (error.body?.problems) problems.show(error.body.problems);
      throw error;
    }
  }

  async function toggleSource() {
    if (source.hidden) {
      source.value = (await modeler.saveXML({ format: true })).xml;
      [source.hidden, stage.hidden] = [false, true];
      return;
    }
    try {
      await modeler.importXML(source.value);
    } catch (error) {
      say(`源码读不出来，没有换回图形：${error.message}`, 'problem');
      return;
    }
    [source.hidden, stage.hidden] = [true, false];
    modeler.get('canvas').zoom('fit-viewport', 'auto');
  }

  bar.replaceChildren(
    button('检查', check),
    button('撤销', async () => modeler.get('commandStack').undo()),
    button('重做', async () => modeler.get('commandStack').redo()),
    button('源码', toggleSource),
    button('导出 BPMN', () => exportAs(modeler, 'bpmn', host.dataset.key)),
    button('导出 SVG', () => exportAs(modeler, 'svg', host.dataset.key)),
    button('导出 PNG', () => exportAs(modeler, 'png', host.dataset.key)),
    state,
    button('定稿', finish, 'btn-primary'),
  );
  source.addEventListener('input', saving.touched);
  await show(design.files[main]);
  const left = saving.left();
  if (left?.files?.[main] && left.files[main] !== design.files[main] && left.revision === design.revision) {
    await show(left.files[main]);
    saving.touched();
    say('已找回上次没有保存的修改');
  } else
    say(`${design.saved_by}保存于 ${new Date(design.saved_at).toLocaleString('zh-CN', { hour12: false })}`);
  modeler.on('commandStack.changed', saving.touched);
}
