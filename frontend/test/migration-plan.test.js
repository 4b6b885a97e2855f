import assert from 'node:assert/strict';
import test from 'node:test';
import { createPlan } from '../src/migration/plan.js';

const words = { undecided: '?', gone: '-' };
const options = ['?', 'X', 'Y', '-'].map((value) => ({ value, name: `环节${value}` }));
const row = (number, value, waiting = 0) => ({
  field: `p>p/${number}`,
  element: `E${number}`,
  name: `旧${number}`,
  number,
  waiting,
  value,
  options,
});

test('decisions are taken back one by one, the last one first', () => {
  const [one, two] = [row(1, 'X'), row(2, '?')];
  const plan = createPlan([one, two], words);
  plan.decide(one.field, 'Y');
  plan.decide(two.field, '-');
  assert.equal(plan.undo(), two);
  assert.deepEqual([one.value, two.value], ['Y', '?']);
  assert.equal(plan.undo(), one);
  assert.equal(one.value, 'X');
  assert.equal(plan.undo(), null);
});

test('deciding the same again is nothing to take back', () => {
  const plan = createPlan([row(1, 'X')], words);
  assert.equal(plan.decide('p>p/1', 'X'), null);
  assert.equal(plan.canUndo, false);
});

test('an element of the new version carries the numbers of all that become it', () => {
  const plan = createPlan([], words);
  const taken = plan.taken([row(1, 'X'), row(2, 'X'), row(3, '?'), row(4, '-'), row(5, 'Y')]);
  assert.deepEqual(
    [...taken],
    [
      ['X', [1, 2]],
      ['Y', [5]],
    ],
  );
});

test('what became of an element is said in words', () => {
  const plan = createPlan([], words);
  assert.equal(plan.told(row(1, 'X')), '1 号“旧1”改为“环节X”');
  assert.match(plan.told(row(2, '-')), /不再办理/);
  assert.match(plan.told(row(3, '?')), /待定/);
  assert.deepEqual(plan.targets(row(1, 'X')), ['X', 'Y']);
});
