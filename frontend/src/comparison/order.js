/** In which order one walks through the changes of a drawing, and what a drawing is called in the choice. */

/**
 * Work that changed first as it is drawn from left to right, then what was only moved; what stands nowhere last.
 *
 * @param {Record<string, {kind: string, name: string}>} changes
 * @param {(id: string) => {x: number, y: number} | null | undefined} place
 * @returns {string[]} ids
 */
export function changesInOrder(changes, place) {
  const far = { x: Infinity, y: Infinity };
  return Object.keys(changes).sort((one, other) => {
    const moved = (changes[one].kind === 'moved') - (changes[other].kind === 'moved');
    if (moved) return moved;
    const [a, b] = [place(one) ?? far, place(other) ?? far];
    return a.x === b.x ? (a.y === b.y ? 0 : a.y - b.y) : a.x - b.x;
  });
}

/** @param {{name: string, same: boolean, old: string | null, new: string | null, changes: Record<string, {kind: string}>}} diagram */
export function describe({ name, same, old, new: fresh, changes }) {
  if (same) return `${name}（相同）`;
  if (!old) return `${name}（新增的图）`;
  if (!fresh) return `${name}（不再使用）`;
  const telling = Object.values(changes).filter(({ kind }) => kind !== 'moved').length;
  if (telling) return `${name}（${telling} 处）`;
  return Object.keys(changes).length ? `${name}（只调整了画法）` : `${name}（内容相同）`;
}
