/** What part of the drawing one sees. */

const WIDEST = 1.1;

/**
 * The whole drawing, but never larger than life.
 *
 * @param {any} viewer
 * @param {number} [beside] pixels on the right that the drawing leaves free
 */
export function fit(viewer, beside = 0) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  const margin = 28;
  const width = inner.width + 2 * margin;
  const height = inner.height + 2 * margin;
  const scale = Math.min((outer.width - beside) / width, outer.height / height, WIDEST);
  const view = { width: outer.width / scale, height: outer.height / scale };
  canvas.viewbox({
    x: inner.x + inner.width / 2 - (view.width - beside / scale) / 2,
    y: inner.y + inner.height / 2 - view.height / 2,
    ...view,
  });
}

/**
 * @param {any} viewer
 * @param {string} id
 * @param {number} [scale]
 */
export function centre(viewer, id, scale) {
  const canvas = viewer.get('canvas');
  const element = viewer.get('elementRegistry').get(id);
  if (!element || element.waypoints) return;
  const { outer, scale: now } = canvas.viewbox();
  const use = scale ?? Math.max(now, 0.7);
  const view = { width: outer.width / use, height: outer.height / use };
  canvas.viewbox({
    x: element.x + element.width / 2 - view.width / 2,
    y: element.y + element.height / 2 - view.height / 2,
    ...view,
  });
}

/**
 * The wheel scrolls the page until one has clicked into the drawing.
 *
 * @param {any} viewer
 * @param {HTMLElement} host
 */
export function wheelOnlyInside(viewer, host) {
  const scroll = viewer.get('zoomScroll');
  scroll.toggle(false);
  host.addEventListener('pointerdown', () => scroll.toggle(true));
  document.addEventListener('pointerdown', (event) => {
    if (!host.contains(event.target)) scroll.toggle(false);
  });
}
