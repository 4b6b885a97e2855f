import assert from 'node:assert/strict';
import test from 'node:test';
import { legend, levelOf, stepsOf, written } from '../src/heat/scale.js';

const words = (measure, figures) => stepsOf(measure, figures).map((step) => legend(measure, step, '日'));

test('counts are parted by whole numbers, without steps that nothing can reach', () => {
  assert.deepEqual(words('waiting', [0, 4, 10]), ['少 1–3 件', '较多 4–6 件', '多 7–10 件']);
  assert.deepEqual(words('waiting', [1]), ['多 1 件']);
  assert.deepEqual(words('incidents', [2, 0]), ['较多 1 次', '多 2 次']);
});

test('durations are held against the longest, shares of late work against fixed bounds', () => {
  assert.deepEqual(words('median', [3, 9]), ['短 3.0 日以内', '较长 3.0–6.0 日', '长 6.0 日以上']);
  assert.deepEqual(words('late', [0.1]), ['低 5%以内', '较高 5%–20%', '高 20%以上']);
});

test('a figure has the level of its step, and nothing has none', () => {
  const steps = stepsOf('waiting', [10]);
  assert.deepEqual(
    [0, null, 3, 4, 10].map((figure) => levelOf(steps, figure)),
    [0, 0, 1, 2, 3],
  );
  assert.deepEqual(stepsOf('waiting', [0, 0]), []);
  assert.equal(levelOf([], 5), 0);
});

test('figures are written as short as they may stand on an element', () => {
  assert.deepEqual(
    [written('waiting', 4), written('ninth', 4.25), written('late', 0.333)],
    ['4', '4.3', '33%'],
  );
});
