/** One of the two drawings: shown read-only, what changed marked, an element centred. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { h } from '../shared/dom.js';
import { wheelOnlyInside } from '../diagram/view.js';
import { mark } from './marks.js';

/**
 * @param {string} label
 * @param {Record<string, {sign: string, word: string}>} words
 */
export function createSide(label, words) {
  const canvas = h('div', { class: 'qc-comparison-canvas' });
  const note = h('p', { class: 'qc-comparison-note' });
  note.hidden = true;
  const element = h(
    'section',
    { class: 'qc-comparison-side', 'aria-label': label },
    h('h2', { class: 'qc-comparison-label' }, label),
    note,
    canvas,
  );
  const viewer = new NavigatedViewer({ container: canvas });
  wheelOnlyInside(viewer, canvas);
  let selected = null;

  const registry = () => viewer.get('elementRegistry');
  const here = (id) => {
    const found = registry().get(id);
    return found?.parent ? found : null; // the process itself is the sheet of paper
  };

  /**
   * @param {string | null} xml
   * @param {Record<string, {kind: string, name: string}>} changes
   */
  async function show(xml, changes) {
    selected = null;
    viewer.clear();
    note.hidden = Boolean(xml);
    note.textContent = xml ? '' : '这一版没有这张图。';
    if (!xml) return;
    try {
      await viewer.importXML(xml);
      mark(viewer, changes, words);
    } catch {
      note.hidden = false;
      note.textContent = '这张图无法画出来，差别见下面的列表。';
    }
  }

  /** @returns {{x: number, y: number} | null} where an element stands */
  function place(id) {
    const found = here(id);
    if (!found) return null;
    const points = found.waypoints ?? [found, { x: found.x + found.width, y: found.y + found.height }];
    const middle = (of) => (Math.min(...points.map(of)) + Math.max(...points.map(of))) / 2;
    return { x: middle((point) => point.x), y: middle((point) => point.y) };
  }

  function choose(id, centre) {
    const drawing = viewer.get('canvas');
    if (selected && registry().get(selected)) drawing.removeMarker(selected, 'qc-selected');
    selected = here(id) ? id : null;
    if (!selected) return;
    drawing.addMarker(id, 'qc-selected');
    if (!centre) return;
    const { outer, scale } = drawing.viewbox();
    const use = Math.max(scale, 0.7);
    const [width, height] = [outer.width / use, outer.height / use];
    const middle = place(id);
    drawing.viewbox({ x: middle.x - width / 2, y: middle.y - height / 2, width, height });
  }

  return {
    element,
    viewer,
    show,
    choose,
    place,
    empty: () => !viewer.get('canvas').getRootElement()?.children?.length,
    size: () => {
      const { inner } = viewer.get('canvas').viewbox();
      return inner.width * inner.height;
    },
    onClick: (run) => viewer.on('element.click', ({ element: one }) => run(one.labelTarget?.id ?? one.id)),
  };
}
