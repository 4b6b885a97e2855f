/** The whole drawing beside the palette, no larger than it was drawn. */

const MARGIN = { left: 96, right: 24, top: 24, bottom: 24 };

/** @param {any} canvas of bpmn-js */
export function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const width = outer.width - MARGIN.left - MARGIN.right;
  const height = outer.height - MARGIN.top - MARGIN.bottom;
  const scale = Math.min(1, width / inner.width, height / inner.height);
  const before = (room, size, margin) => margin / scale + Math.max(0, room / scale - size) / 2;
  canvas.viewbox({
    x: inner.x - before(width, inner.width, MARGIN.left),
    y: inner.y - before(height, inner.height, MARGIN.top),
    width: outer.width / scale,
    height: outer.height / scale,
  });
}
