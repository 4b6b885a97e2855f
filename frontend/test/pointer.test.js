import assert from 'node:assert/strict';
import test from 'node:test';
import { formatPointer, parsePointer, valueAt } from '../src/shared/pointer.js';

test('a pointer becomes a path, escapes and fragments included', () => {
  assert.deepEqual(parsePointer(''), []);
  assert.deepEqual(parsePointer('/a/0/b~1c/d~0e'), ['a', '0', 'b/c', 'd~e']);
  assert.deepEqual(parsePointer('#/%E5%90%8D/1'), ['名', '1']);
});

test('a path becomes the same pointer again', () => {
  assert.equal(formatPointer(parsePointer('/a/0/b~1c/d~0e')), '/a/0/b~1c/d~0e');
});

test('the value at a path; nothing where the path leads nowhere', () => {
  assert.equal(valueAt({ a: [{ b: 3 }] }, ['a', '0', 'b']), 3);
  assert.equal(valueAt({ a: null }, ['a', '0', 'b']), undefined);
});
