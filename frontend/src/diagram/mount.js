/** One live diagram: drawing, state, levels, panel and list put together. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { h } from '../shared/dom.js';
import { createBreadcrumb } from './breadcrumb.js';
import { createList } from './element-list.js';
import { DiagramError, loadState, loadXml } from './load.js';
import { caption, mark } from './marks.js';
import { createPanel } from './panel.js';
import { createToolbar } from './toolbar.js';
import { centre, fit, wheelOnlyInside } from './view.js';

/** Pixels that the mark of bpmn.io takes in the corner of a small picture: its licence wants it seen, and so do readers want the drawing. */
const LOGO = 76;

/**
 * @param {HTMLElement} host
 * @param {{onDrawn?: (viewer: any, process: string) => void, onChosen?: (id: string | null, process: string) => void}} [also]
 *   what else is to be done when a level is drawn, and when an element of it is chosen or left
 */
export function mountDiagram(host, { onDrawn, onChosen } = {}) {
  const { diagram, state: stateSource, height, name, levels: levelText, process } = host.dataset;
  let { focus } = host.dataset;
  const small = 'small' in host.dataset;
  const levels = parseLevels(levelText);
  const canvas = h('div', { class: 'qc-diagram-canvas' });
  canvas.style.height = `${Number(height) || (small ? 160 : 480)}px`;
  const problem = h('p', { class: 'qc-diagram-problem', role: 'alert' });
  problem.hidden = true;
  const viewer = new NavigatedViewer({ container: canvas });

  const root = levels.find((level) => level.xml_url === diagram);
  let trail = [
    {
      process: root?.process,
      name: name || root?.name || '本流程',
      xml_url: diagram,
      state_url: stateSource,
    },
  ];
  let elements = {};
  let live = true;
  let selected = null;

  const panel = createPanel({
    canDrill: (process) => levels.some((level) => level.process === process),
    onDrill: drill,
    onClose: () => choose(null),
  });
  const list = createList((id) => choose(id, true));
  const crumbs = createBreadcrumb((index) => open(trail.slice(0, index + 1)));
  const tools = createToolbar({
    zoom: (factor) => viewer.get('canvas').zoom(viewer.get('canvas').zoom() * factor),
    fit: () => fit(viewer),
  });

  host.classList.add('qc-diagram');
  host.classList.toggle('is-small', small);
  if (small) host.replaceChildren(problem, canvas);
  else {
    const stage = h('div', { class: 'qc-diagram-stage' }, canvas, tools, panel.element);
    host.replaceChildren(crumbs.element, problem, stage, list.element);
  }

  if (!small) {
    wheelOnlyInside(viewer, canvas);
    viewer.on('element.click', ({ element }) => {
      const info = elements[element.id];
      if (element.type === 'label') choose(element.labelTarget?.id);
      else if (info?.calls && selected === element.id) drill(info.calls);
      else choose(element.parent ? element.id : null);
    });
  } else {
    viewer.get('zoomScroll').toggle(false);
    viewer.get('eventBus').on('element.mousedown', 5000, () => false);
  }
  host.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') choose(null);
  });

  function say(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  function nameOf(id) {
    return viewer.get('elementRegistry').get(id)?.businessObject?.name ?? '';
  }

  function choose(id, reveal = false) {
    const drawing = viewer.get('canvas');
    const registry = viewer.get('elementRegistry');
    if (selected && registry.get(selected)) drawing.removeMarker(selected, 'qc-selected');
    selected = null;
    const element = id && registry.get(id);
    if (!element || (!elements[id] && !isStep(element))) {
      onChosen?.(null, trail[trail.length - 1].process);
      panel.hide();
      host.classList.remove('has-panel');
      return;
    }
    selected = id;
    drawing.addMarker(id, 'qc-selected');
    panel.show(elements[id] ?? {}, nameOf(id), live);
    host.classList.add('has-panel');
    if (reveal) centre(viewer, id);
    onChosen?.(id, trail[trail.length - 1].process);
  }

  function drill(process) {
    const level = levels.find((entry) => entry.process === process);
    if (level && trail[trail.length - 1].process !== process) open([...trail, level]);
  }

  async function open(next) {
    say('');
    const level = next[next.length - 1];
    try {
      const xml = await loadXml(level.xml_url);
      await viewer.importXML(xml).catch(() => {
        throw new DiagramError('这张流程图的内容无法识别，请联系流程管理员。');
      });
    } catch (error) {
      if (!(error instanceof DiagramError)) throw error;
      say(error.message);
      return;
    }
    trail = next;
    selected = null;
    panel.hide();
    host.classList.remove('has-panel');
    crumbs.show(trail);
    let state = { elements: {}, live: true };
    try {
      state = await loadState(level.state_url ?? stateSource);
    } catch (error) {
      say(error.message);
    }
    ({ elements, live } = state);
    mark(viewer, elements);
    if (!small) caption(viewer, state.actors ?? {});
    onChosen?.(null, level.process);
    onDrawn?.(viewer, level.process);
    show(state);
  }

  function show(state) {
    const registry = viewer.get('elementRegistry');
    const known = Object.entries(elements)
      .filter(([id]) => registry.get(id) && !registry.get(id).waypoints)
      .sort(([a], [b]) => registry.get(a).x - registry.get(b).x || registry.get(a).y - registry.get(b).y);
    const current = focused(known);
    canvas.setAttribute('role', 'group');
    canvas.setAttribute(
      'aria-label',
      current ? `流程图，当前环节：${current[1].title || nameOf(current[0])}` : '流程图',
    );
    fit(viewer, small ? LOGO : 0);
    if (small) {
      if (current) centre(viewer, current[0], Math.max(viewer.get('canvas').zoom(), 0.62));
      followInto(state);
      return;
    }
    list.fill(
      known.map(([id, info]) => ({ id, info, name: nameOf(id) })),
      live,
    );
    const view = viewer.get('canvas');
    if (focus && registry.get(focus)) point(focus);
    else if (current && view.zoom() < 0.5) centre(viewer, current[0], 0.7);
  }

  /** Shows the element that the page was opened for, once. */
  function point(id) {
    viewer.get('canvas').addMarker(id, 'qc-pointed');
    choose(id, true);
    host.scrollIntoView({ block: 'nearest' });
    focus = null;
  }

  /** What `data-focus` names, or else where work is to be done. */
  function focused(known) {
    const inState = (state) => known.find(([, info]) => info.state === state);
    return known.find(([id]) => id === focus) ?? inState('current') ?? inState('late') ?? inState('failed');
  }

  /** The small picture shows the level in which the case stands. */
  function followInto({ current_process: process }) {
    const level = process && levels.find((entry) => entry.process === process);
    if (level && trail.length === 1 && level.xml_url !== diagram) open([...trail, level]);
  }

  const first = levels.find((level) => level.process === process && level.xml_url !== diagram);
  open(first ? [...trail, first] : trail);
}

const STEP = /Task|Activity|SubProcess|Event|Gateway/;
const isStep = (element) => STEP.test(element.type ?? '');

function parseLevels(text) {
  try {
    return text ? JSON.parse(text) : [];
  } catch {
    return [];
  }
}
