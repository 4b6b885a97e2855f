/** Where a new shape goes when nobody points at a place. Shapes are rectangles: `x` and `y` of the upper left corner, `width`, `height`. */

const STEP = 20;
const APART = 20;

/** @param {{x: number, y: number, width: number, height: number}} shape */
export const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/** The wished middle of a new shape, moved down as long as something already stands there. */
export function freePlace(wish, size, taken) {
  const place = { ...wish };
  while (taken.some((one) => touching(place, size, one))) place.y += STEP;
  return place;
}

/**
 * What a new shape belongs to: the innermost of those around its place that may hold it, the sheet itself, or any other that may, in the middle of it.
 *
 * @template T
 * @param {{x: number, y: number}} place
 * @param {T[]} holders pools, lanes, open sub-processes
 * @param {T} sheet
 * @param {(holder: T, place: {x: number, y: number}) => boolean} allowed
 * @returns {{holder: T, place: {x: number, y: number}} | null}
 */
export function homeOf(place, holders, sheet, allowed) {
  const inwards = [...holders].sort((one, other) => room(one) - room(other));
  const around = [...inwards.filter((one) => within(place, one)), sheet];
  const holder = around.find((one) => allowed(one, place));
  if (holder) return { holder, place };
  const other = inwards.find((one) => allowed(one, middle(one)));
  return other ? { holder: other, place: middle(other) } : null;
}

const room = ({ width, height }) => width * height;

const within = (place, { x, y, width, height }) =>
  place.x >= x && place.x <= x + width && place.y >= y && place.y <= y + height;

function touching(place, size, one) {
  const near = middle(one);
  return (
    Math.abs(place.x - near.x) < (size.width + one.width) / 2 + APART &&
    Math.abs(place.y - near.y) < (size.height + one.height) / 2 + APART
  );
}
