/** The drawing on which the token moves: it follows into called processes; one can go up and look elsewhere. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { createBreadcrumb } from '../diagram/breadcrumb.js';
import { mark } from '../diagram/marks.js';
import { createToolbar } from '../diagram/toolbar.js';
import { centre, fit } from '../diagram/view.js';
import { h } from '../shared/dom.js';
import { moveAlong } from './token.js';
import { scopeKey } from './path.js';

/**
 * @param {{drawingOf: (process: string) => Promise<{name: string, xml: string, graph: import('./path.js').Graph}>,
 *   traces: () => ReturnType<typeof import('./path.js').createTraces>, onChoose: (element: string | null) => void}} given
 */
export function createDrawing({ drawingOf, traces, onChoose }) {
  const canvas = h('div', {
    class: 'qc-diagram-canvas qc-trial-canvas',
    role: 'group',
    'aria-label': '流程图',
  });
  const viewer = new NavigatedViewer({ container: canvas });
  const crumbs = createBreadcrumb((index) => show(trail[index].scope));
  const tools = createToolbar({
    zoom: (factor) => viewer.get('canvas').zoom(viewer.get('canvas').zoom() * factor),
    fit: () => fit(viewer),
  });
  const choice = h('select', {
    class: 'form-select form-select-sm',
    'aria-label': '看哪个案件',
    onchange: () => show({ case: choice.value, process: known.get(choice.value), callers: [] }),
  });
  choice.hidden = true;
  const known = new Map(); // case → its process
  const element = h(
    'div',
    { class: 'qc-diagram qc-trial-drawing' },
    h('div', { class: 'qc-trial-levels' }, choice, crumbs.element),
    h('div', { class: 'qc-diagram-stage' }, canvas, tools),
  );
  let trail = [];
  let shown = null; // the scope on the screen
  let process = null; // the process whose drawing is imported
  let tokens = new Map(); // scope key → element → {count, late}

  viewer.on('element.click', ({ element: clicked }) => {
    const id = (clicked.labelTarget ?? clicked).id;
    onChoose(clicked.parent ? id : null);
  });
  viewer.on('element.dblclick', ({ element: clicked }) => drill(clicked.id));

  async function drill(id) {
    if (!shown) return;
    const { graph } = await drawingOf(shown.process);
    const called = graph.nodes[id]?.called;
    if (called) await show({ case: shown.case, process: called, callers: [...shown.callers, id] });
  }

  /** @param {import('./path.js').Scope} scope */
  async function show(scope) {
    shown = scope;
    const { xml, graph } = await drawingOf(scope.process);
    if (process !== scope.process) {
      await viewer.importXML(xml);
      process = scope.process;
      fit(viewer);
    }
    choice.value = scope.case;
    await leadTo(scope);
    paint(graph);
  }

  /** The way from the case's own process into the one shown. */
  async function leadTo(scope) {
    const found = [];
    for (let depth = 0; depth < scope.callers.length; depth += 1) {
      const at = traces().processAt(scope, depth);
      if (found.at(-1)?.scope.process !== at)
        found.push({
          name: (await drawingOf(at)).name,
          scope: { case: scope.case, process: at, callers: scope.callers.slice(0, depth) },
        });
    }
    if (found.at(-1)?.scope.process !== scope.process)
      found.push({ name: (await drawingOf(scope.process)).name, scope });
    trail = found;
    crumbs.show(trail);
  }

  /** Marks what is done, where tokens stand, and which way they took. */
  function paint(graph) {
    const registry = viewer.get('elementRegistry');
    const drawing = viewer.get('canvas');
    const overlays = viewer.get('overlays');
    overlays.clear();
    for (const one of registry.getAll())
      for (const name of [
        'qc-known',
        'qc-calls',
        'qc-done',
        'qc-current',
        'qc-late',
        'qc-failed',
        'qc-taken',
      ])
        drawing.removeMarker(one.id, name);
    const known = scopesShown();
    const elements = {};
    for (const each of known) {
      for (const [id, times] of each.done)
        elements[id] = { state: 'done', times, calls: graph.nodes[id]?.called };
      for (const flow of each.taken.keys()) if (registry.get(flow)) drawing.addMarker(flow, 'qc-taken');
    }
    for (const id of Object.keys(graph.nodes))
      if (traces().isInside(shown, id)) elements[id] = { state: 'current', calls: graph.nodes[id].called };
    for (const each of known) {
      for (const [id, token] of tokens.get(scopeKey(each.scope)) ?? [])
        elements[id] = { ...elements[id], state: token.late ? 'late' : 'current', tokens: token.count };
      for (const id of each.failed) elements[id] = { ...elements[id], state: 'failed' };
    }
    mark(viewer, elements);
    for (const [id, info] of Object.entries(elements)) count(id, info);
  }

  /** The process on the screen with the sub-processes that are drawn inside it. */
  function scopesShown() {
    const inside = traces()
      .scopes()
      .filter(
        ({ scope }) =>
          scope.case === shown.case &&
          scope.process === shown.process &&
          shown.callers.every((caller, depth) => scope.callers[depth] === caller),
      );
    const own = traces().tracesOf(shown);
    return [own, ...inside.filter((one) => one !== own)];
  }

  function count(id, { times = 0, tokens: standing = 0 }) {
    const one = viewer.get('elementRegistry').get(id);
    if (!one || one.waypoints) return;
    const say = (text, title, position) =>
      viewer.get('overlays').add(id, 'qc-count', {
        position,
        html: h('span', { class: 'qc-trial-count', title }, text),
      });
    if (standing > 1) say(`${standing} 件`, `有 ${standing} 件停在这里`, { bottom: 8, right: 18 });
    else if (times > 1) say(`×${times}`, `经过 ${times} 次`, { bottom: 8, right: 14 });
  }

  return {
    element,
    show,
    shown: () => shown,
    refresh: () => shown && show(shown),
    /** @param {Map<string, Map<string, {count: number, late: boolean}>>} given */
    place(given) {
      tokens = given;
    },
    /** Moves the token along a hop, in the drawing where it happens, until the signal cuts it short. */
    async hop(hop, milliseconds, signal) {
      if (!shown || scopeKey(shown) !== scopeKey(hop.scope) || process !== hop.scope.process)
        await show(hop.scope);
      await moveAlong(viewer, hop.flows, milliseconds, signal);
      const { graph } = await drawingOf(hop.scope.process);
      paint(graph);
    },
    /** @param {{number: string, id: number, process: string, title: string}[]} given */
    cases(given) {
      for (const one of given) known.set(one.number, one.process);
      choice.hidden = given.length < 2;
      choice.replaceChildren(
        ...given.map((one) => h('option', { value: one.number }, `案件 ${one.id}：${one.title}`)),
      );
      if (shown) choice.value = shown.case;
    },
    /** Brings an element into view, where it is not; `always` into the middle. */
    look(id, always = false) {
      const drawing = viewer.get('canvas');
      for (const one of viewer.get('elementRegistry').getAll()) drawing.removeMarker(one.id, 'qc-selected');
      if (!id || !viewer.get('elementRegistry').get(id)) return;
      drawing.addMarker(id, 'qc-selected');
      if (always || !legible(viewer, id)) centre(viewer, id);
    },
    nameOf: (id) => viewer.get('elementRegistry').get(id)?.businessObject?.name ?? '',
    /** After the drawings have changed. */
    renew() {
      process = null;
    },
  };
}

/** Whether an element can be seen and read without moving the drawing. */
function legible(viewer, id) {
  const { x, y, width, height, scale } = viewer.get('canvas').viewbox();
  const one = viewer.get('elementRegistry').get(id);
  const inside = one.x > x && one.y > y && one.x + one.width < x + width && one.y + one.height < y + height;
  return inside && scale > 0.55;
}
