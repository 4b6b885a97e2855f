/** What became of an element, on its drawing: a colour, and a badge with sign and word for those who do not see it. */
import { h } from '../shared/dom.js';

/** The scale from which a word finds room beside its sign. */
const NEAR = 0.55;

/**
 * @param {any} viewer
 * @param {Record<string, {kind: string, name: string}>} changes
 * @param {Record<string, {sign: string, word: string}>} words
 */
export function mark(viewer, changes, words) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const [id, { kind }] of Object.entries(changes)) {
    const element = registry.get(id);
    if (!element?.parent) continue; // not in this version, or the process itself
    canvas.addMarker(id, `qc-is-${kind}`);
    const { sign, word } = words[kind];
    const position = element.waypoints ? onLine(element) : { top: -19, left: -4 };
    if (element.waypoints && kind === 'moved') continue;
    // From afar the sign alone; both keep a size that one can read.
    for (const [text, show] of [
      [sign, { maxZoom: NEAR }],
      [`${sign} ${word}`, { minZoom: NEAR }],
    ]) {
      const badge = h('span', { class: `qc-change-badge is-${kind}`, title: word }, text);
      overlays.add(id, 'qc-change', { position, show, scale: { min: 1, max: 1 }, html: badge });
    }
  }
}

/** The badge of a connection stands at its middle; overlays count from the corner of what it covers. */
function onLine({ waypoints }) {
  const [left, top] = ['x', 'y'].map((axis) => Math.min(...waypoints.map((point) => point[axis])));
  const [a, b] = [
    waypoints[Math.floor((waypoints.length - 1) / 2)],
    waypoints[Math.ceil((waypoints.length - 1) / 2)],
  ];
  const end = a === b ? (waypoints[waypoints.indexOf(a) + 1] ?? a) : b;
  return { left: (a.x + end.x) / 2 - left - 20, top: (a.y + end.y) / 2 - top - 10 };
}

/** @param {Record<string, {sign: string, word: string}>} words */
export function legend(words) {
  return h(
    'span',
    { class: 'qc-comparison-legend' },
    ...Object.entries(words).map(([kind, { sign, word }]) =>
      h('span', { class: `qc-change qc-change-${kind}` }, `${sign} ${word}`),
    ),
  );
}
