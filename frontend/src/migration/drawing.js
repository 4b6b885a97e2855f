/** One of the two drawings: to be looked at and clicked on, with numbers that say which element belongs to which. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { loadXml } from '../diagram/load.js';
import { centre, fit, wheelOnlyInside } from '../diagram/view.js';
import { createToolbar } from '../diagram/toolbar.js';
import { h } from '../shared/dom.js';

/** However small the drawing is, numbers stay large enough to read. */
const READABLE = { min: 0.85, max: 1.1 };

/**
 * @typedef {{numbers?: number[], text?: string, kind?: 'gone' | 'open' | 'new', count?: string}} Mark
 */

/**
 * @param {{label: string, onClick: (id: string | null) => void}} options
 */
export function createDrawing({ label, onClick }) {
  const canvas = h('div', { class: 'qc-migration-canvas', role: 'group', 'aria-label': `流程图，${label}` });
  const viewer = new NavigatedViewer({ container: canvas });
  const element = h(
    'section',
    { class: 'qc-migration-drawing qc-diagram' },
    h('h3', {}, label),
    h(
      'div',
      { class: 'qc-diagram-stage' },
      canvas,
      createToolbar({
        zoom: (factor) => viewer.get('canvas').zoom(viewer.get('canvas').zoom() * factor),
        fit: () => fit(viewer),
      }),
    ),
  );
  let address = null;
  let marked = [];

  wheelOnlyInside(viewer, canvas);
  viewer.on('element.click', ({ element: clicked }) => {
    const shape = clicked.labelTarget ?? clicked;
    onClick(shape.parent && !shape.waypoints ? shape.id : null);
  });

  return {
    element,

    /** Draws a file, once. @param {string} url */
    async open(url) {
      if (url === address) return;
      await viewer.importXML(await loadXml(url));
      address = url;
      marked = [];
      fit(viewer);
    },

    /** @param {string} id @returns {string} */
    nameOf: (id) => viewer.get('elementRegistry').get(id)?.businessObject?.name || id,

    /** What runs inside an activity: the process that it calls, or itself. @param {string} id @returns {string} */
    calledBy: (id) => viewer.get('elementRegistry').get(id)?.businessObject?.calledElement ?? id,

    /** @param {Map<string, Mark>} marks by element id */
    mark(marks) {
      const overlays = viewer.get('overlays');
      const registry = viewer.get('elementRegistry');
      overlays.remove({ type: 'qc-map' });
      for (const [id, mark] of marks) {
        if (!registry.get(id)) continue;
        const hue = mark.numbers?.length ? ` is-hue-${mark.numbers[0] % 6}` : '';
        const text = mark.text ?? mark.numbers.join('、');
        overlays.add(id, 'qc-map', {
          position: { top: -11, left: -8 },
          scale: READABLE,
          html: h('span', { class: `qc-map-number${hue}${mark.kind ? ` is-${mark.kind}` : ''}` }, text),
        });
        if (mark.count) {
          overlays.add(id, 'qc-map', {
            position: { bottom: 8, left: 8 },
            scale: READABLE,
            html: h('span', { class: `qc-map-count${mark.kind === 'open' ? ' is-open' : ''}` }, mark.count),
          });
        }
      }
    },

    /** Puts one marker on elements and takes it from all others. @param {string} marker @param {Iterable<string>} ids */
    light(marker, ids) {
      const drawing = viewer.get('canvas');
      const registry = viewer.get('elementRegistry');
      for (const [id, was] of marked) if (was === marker && registry.get(id)) drawing.removeMarker(id, was);
      marked = marked.filter(([, was]) => was !== marker);
      for (const id of ids) {
        if (!registry.get(id)) continue;
        drawing.addMarker(id, marker);
        marked.push([id, marker]);
      }
    },

    /** Brings an element into view, on the plane of its sub-process. @param {string} id */
    reveal(id) {
      const drawing = viewer.get('canvas');
      const shape = viewer.get('elementRegistry').get(id);
      if (!shape) return;
      const root = drawing.findRoot(shape);
      if (root && root !== drawing.getRootElement()) {
        drawing.setRootElement(root);
        fit(viewer);
      }
      const { x, y, width, height } = drawing.viewbox();
      const inside =
        shape.x >= x &&
        shape.y >= y &&
        shape.x + shape.width <= x + width &&
        shape.y + shape.height <= y + height;
      if (!inside) centre(viewer, id);
    },

    /** The plane of a sub-process that is drawn apart, or the main one. @param {string} scope */
    enter(scope) {
      const drawing = viewer.get('canvas');
      const plane = viewer.get('elementRegistry').get(`${scope}_plane`);
      const root = plane ?? drawing.getRootElements().find((one) => !one.id.endsWith('_plane'));
      if (!root || root === drawing.getRootElement()) return;
      drawing.setRootElement(root);
      fit(viewer);
    },
  };
}
