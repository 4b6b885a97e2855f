import assert from 'node:assert/strict';
import test from 'node:test';
import { changesInOrder, describe } from '../src/comparison/order.js';

const places = { a: { x: 300, y: 0 }, b: { x: 100, y: 50 }, c: { x: 100, y: 10 } };
const changed = (kind) => ({ kind, name: '' });

test('one walks through the changes as they are drawn, what was only moved last', () => {
  const changes = {
    a: changed('changed'),
    b: changed('moved'),
    c: changed('added'),
    gone: changed('removed'),
  };
  assert.deepEqual(
    changesInOrder(changes, (id) => places[id]),
    ['c', 'a', 'gone', 'b'],
  );
});

test('a drawing says in the choice how much of it differs', () => {
  const diagram = { name: '延期', same: false, old: '<a/>', new: '<b/>', changes: {} };
  assert.equal(describe({ ...diagram, same: true }), '延期（相同）');
  assert.equal(describe({ ...diagram, old: null }), '延期（新增的图）');
  assert.equal(describe({ ...diagram, new: null }), '延期（不再使用）');
  assert.equal(
    describe({ ...diagram, changes: { a: changed('changed'), b: changed('moved') } }),
    '延期（1 处）',
  );
  assert.equal(describe({ ...diagram, changes: { b: changed('moved') } }), '延期（只调整了画法）');
  assert.equal(describe(diagram), '延期（内容相同）');
});
