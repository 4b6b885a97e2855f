/** Puts the state on the drawing: a class for the colour, a badge with a sign for those who do not see it. */
import { h } from '../shared/dom.js';
import { STATES } from './states.js';

/**
 * Who acts, below each task.
 *
 * @param {import('bpmn-js/lib/NavigatedViewer').default} viewer
 * @param {Record<string, string>} actors element id → who
 */
export function caption(viewer, actors) {
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const [id, who] of Object.entries(actors)) {
    if (!registry.get(id)) continue;
    const html = h('span', { class: 'qc-actor', title: who }, who);
    overlays.add(id, 'qc-actor', { position: { bottom: -1, left: 0 }, show: { minZoom: 0.45 }, html });
  }
}

/**
 * @param {import('bpmn-js/lib/NavigatedViewer').default} viewer
 * @param {Record<string, import('./states.js').ElementInfo>} elements
 */
export function mark(viewer, elements) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const [id, info] of Object.entries(elements)) {
    const element = registry.get(id);
    if (!element?.parent) continue; // the process itself is the sheet of paper
    canvas.addMarker(id, 'qc-known');
    if (info.calls) canvas.addMarker(id, 'qc-calls');
    const state = STATES[info.state];
    if (!state) continue;
    canvas.addMarker(id, `qc-${info.state}`);
    if (element.waypoints) continue;
    const badge = h('span', { class: `qc-mark qc-mark-${info.state}`, title: state.word }, state.sign);
    overlays.add(id, 'qc-state', { position: { top: -11, left: -11 }, show: { minZoom: 0.3 }, html: badge });
  }
}
