/** What is made without a mouse finds its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePlace, homeOf, middle } from '../src/designer/drawing/places.js';

const step = { width: 100, height: 80 };
const at = (x, y, width = 100, height = 80) => ({ x, y, width, height });

test('a free place is taken as it is wished', () => {
  assert.deepEqual(freePlace({ x: 500, y: 200 }, step, [at(0, 0)]), { x: 500, y: 200 });
});

test('where something stands, the new shape comes below it, and below what stands there', () => {
  const taken = [at(450, 160), at(450, 280)];
  const place = freePlace({ x: 500, y: 200 }, step, taken);
  assert.equal(place.x, 500);
  assert.ok(place.y - 40 >= 360, 'it touches neither');
});

test('a new shape belongs to the innermost that may hold it', () => {
  const [sheet, pool, inner] = [{}, at(0, 0, 900, 400), at(100, 100, 300, 200)];
  const place = { x: 200, y: 200 };
  assert.equal(homeOf(place, [pool, inner], sheet, () => true).holder, inner);
  assert.equal(homeOf(place, [pool, inner], sheet, (one) => one !== inner).holder, pool);
  assert.equal(homeOf({ x: 2000, y: 200 }, [pool, inner], sheet, () => true).holder, sheet);
});

test('beside all pools a step goes into the middle of one, since the sheet cannot hold it', () => {
  const [sheet, pool] = [{}, at(0, 0, 900, 400)];
  const home = homeOf({ x: 2000, y: 200 }, [pool], sheet, (one) => one === pool);
  assert.deepEqual(home, { holder: pool, place: middle(pool) });
  assert.equal(
    homeOf({ x: 1, y: 1 }, [pool], sheet, () => false),
    null,
  );
});
