/** Two drawings that move as one: whichever is moved or zoomed, the other follows, and keeps the distance that they had. */

/**
 * @param {any} one a viewer
 * @param {any} other
 */
export function together(one, other) {
  let busy = false;
  let offset = { x: 0, y: 0 }; // of the other from the one

  const follow = (moved) => {
    if (busy) return;
    busy = true;
    const follower = moved === one ? other : one;
    const sign = moved === one ? 1 : -1;
    const { x, y, width, height } = moved.get('canvas').viewbox();
    follower.get('canvas').viewbox({ x: x + sign * offset.x, y: y + sign * offset.y, width, height });
    busy = false;
  };

  one.on('canvas.viewbox.changed', () => follow(one));
  other.on('canvas.viewbox.changed', () => follow(other));

  return {
    /** Moves each by itself, and remembers how far apart they are then. */
    async apart(run) {
      busy = true;
      const done = run();
      const measure = () => {
        const [a, b] = [one, other].map((viewer) => viewer.get('canvas').viewbox());
        offset = { x: b.x - a.x, y: b.y - a.y };
        busy = false;
      };
      if (done instanceof Promise) await done;
      measure();
    },
    /** Brings the two to the same place. */
    follow(moved) {
      offset = { x: 0, y: 0 };
      follow(moved);
    },
  };
}
