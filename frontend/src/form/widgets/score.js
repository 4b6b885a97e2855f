/** Sums over a score sheet: groups within groups, points only at the leaves. */

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {string} [item] its number on the printed sheet
 * @property {string} label
 * @property {number} [max]
 * @property {string} [note]
 * @property {Item[]} [children]
 */

/** @param {Item} item */
export const isGroup = (item) => Array.isArray(item.children) && item.children.length > 0;

/**
 * @param {Item} item
 * @returns {Item[]}
 */
export const leaves = (item) => (isGroup(item) ? item.children.flatMap(leaves) : [item]);

/**
 * @param {Item} item
 * @returns {number} the most points it can give
 */
export function maximum(item) {
  if (typeof item.max === 'number') return item.max;
  return isGroup(item) ? round(item.children.reduce((sum, child) => sum + maximum(child), 0)) : 0;
}

/**
 * @param {Item[]} items
 * @param {Record<string, unknown>} values
 * @returns {{points: number, filled: number, count: number}} a group's sum never exceeds its own maximum
 */
export function total(items, values) {
  const result = { points: 0, filled: 0, count: 0 };
  for (const item of items) {
    if (isGroup(item)) {
      const below = total(item.children, values);
      result.points += typeof item.max === 'number' ? Math.min(below.points, item.max) : below.points;
      result.filled += below.filled;
      result.count += below.count;
    } else {
      const value = values[item.key];
      result.count += 1;
      if (typeof value === 'number') {
        result.points += value;
        result.filled += 1;
      }
    }
  }
  result.points = round(result.points);
  return result;
}

/**
 * @param {number} points
 * @param {{min: number, label: string}[]} grades
 * @param {boolean} [above] whether a grade needs more than its figure; the lowest one is everybody's
 * @returns {string} the label of the highest grade reached, or nothing
 */
export function gradeOf(points, grades = [], above = false) {
  const reaches = ({ min }) => points > min || (points === min && (!above || min === 0));
  const reached = [...grades].sort((a, b) => b.min - a.min).find(reaches);
  return reached?.label ?? '';
}

const round = (value) => Math.round(value * 1000) / 1000;
