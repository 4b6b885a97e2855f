/** The token: a dot that runs along the flows that were taken. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {any} viewer
 * @param {string[]} flows ids, in the order in which they are taken
 * @param {number} milliseconds for all of them; 0 shows nothing
 * @param {AbortSignal} signal takes the dot away at once
 */
export async function moveAlong(viewer, flows, milliseconds, signal) {
  const registry = viewer.get('elementRegistry');
  const points = flows.flatMap((id) => registry.get(id)?.waypoints ?? []);
  if (points.length < 2 || !milliseconds) return;
  keepInView(viewer, points.at(-1));
  const dot = document.createElementNS(SVG, 'circle');
  dot.setAttribute('r', '9');
  dot.setAttribute('class', 'qc-trial-token');
  viewer.get('canvas').getLayer('qc-token', 100).append(dot);
  await frames(milliseconds, signal, (share) => {
    const { x, y } = pointAt(points, share);
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
  });
  dot.remove();
}

/**
 * @param {{x: number, y: number}[]} points
 * @param {number} share of the whole way, 0 to 1
 */
export function pointAt(points, share) {
  const lengths = points.slice(1).map((point, i) => Math.hypot(point.x - points[i].x, point.y - points[i].y));
  let left = share * lengths.reduce((sum, one) => sum + one, 0);
  for (const [i, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const part = left / length;
      return {
        x: points[i].x + (points[i + 1].x - points[i].x) * part,
        y: points[i].y + (points[i + 1].y - points[i].y) * part,
      };
    }
    left -= length;
  }
  return points.at(-1);
}

function keepInView(viewer, point) {
  const canvas = viewer.get('canvas');
  const box = canvas.viewbox();
  const margin = 40;
  const inside =
    point.x > box.x + margin &&
    point.x < box.x + box.width - margin &&
    point.y > box.y + margin &&
    point.y < box.y + box.height - margin;
  if (!inside) canvas.viewbox({ ...box, x: point.x - box.width / 2, y: point.y - box.height / 2 });
}

/** Runs to the end also where the page is not painted: a hidden tab gets no frames. */
function frames(milliseconds, signal, draw) {
  const began = performance.now();
  return new Promise((done) => {
    const late = setTimeout(done, milliseconds + 200);
    const end = () => {
      clearTimeout(late);
      done();
    };
    signal.addEventListener('abort', end, { once: true });
    const frame = (now) => {
      if (signal.aborted) return;
      const share = Math.min(1, Math.max(0, (now - began) / milliseconds));
      draw(share);
      if (share < 1) requestAnimationFrame(frame);
      else end();
    };
    requestAnimationFrame(frame);
  });
}
