/** Time limits and conditions of the library survive being taken apart and put together again. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readCondition, writeCondition } from '../src/designer/language/conditions.js';
import { readLimit, writeLimit } from '../src/designer/language/limits.js';

const library = new URL('../../processes/', import.meta.url).pathname;
const diagrams = readdirSync(library, { recursive: true })
  .filter((name) => name.endsWith('.bpmn'))
  .map((name) => readFileSync(path.join(library, name), 'utf8'));
const plain = (text) =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
const found = (pattern) => [
  ...new Set(diagrams.flatMap((text) => [...text.matchAll(pattern)].map((one) => plain(one[1])))),
];

test('limits of the library are written as they were read', () => {
  const sources = [...found(/name="due" value="([^"]*)"/g), ...found(/"due": "([^"]*)"/g)];
  const ways = new Map();
  for (const source of sources) {
    const limit = readLimit(source);
    ways.set(limit.way, (ways.get(limit.way) ?? 0) + 1);
    if (limit.way !== 'text') assert.equal(writeLimit(limit), source);
  }
  assert.ok(ways.get('span') > 20, 'most limits are spans');
  assert.ok(ways.get('yearly') >= 2);
  assert.ok(ways.get('fixed') >= 2);
  assert.ok(ways.get('text') < 15, 'few need the expression');
});

test('a limit with something missing is not written', () => {
  assert.equal(writeLimit({ way: 'span', unit: 'months', value: '3', since: '' }), null);
  assert.equal(writeLimit({ way: 'span', unit: 'months', value: '', since: 'notified_on' }), null);
  assert.equal(writeLimit({ way: 'yearly', month: '12', day: '' }), null);
  assert.equal(writeLimit({ way: 'none' }), '');
});

test('a yearly limit keeps its years and its beginning', () => {
  for (const source of [
    'every_year(12, 31)',
    'every_year(6, 1, years="even")',
    'every_year(1, 31, since=round_began_on)',
  ])
    assert.equal(writeLimit(readLimit(source)), source);
});

test('conditions of the library are written as they were read, and most can be picked', () => {
  const sources = found(/<bpmn:conditionExpression[^>]*>([^<]*)</g);
  let picked = 0;
  for (const source of sources) {
    const condition = readCondition(source);
    if (!condition) continue;
    picked += 1;
    assert.equal(writeCondition(condition), source.trim());
  }
  assert.ok(picked / sources.length > 0.75, `${picked} of ${sources.length}`);
});

test('a condition that only its expression can say stays an expression', () => {
  for (const source of ['a and b or c == "x"', 'get("subsidy", False)', 'amount > 3 * share'])
    assert.equal(readCondition(source), null);
  const [text] = readCondition('x == "a and b"').tests;
  assert.deepEqual(text.values, ['a and b']);
});

test('a condition with something missing, or with what would end its text, is not written', () => {
  const test = (more) => ({
    joined: 'and',
    tests: [{ field: 'decision', comparison: '==', values: ['yes'], quoted: true, ...more }],
  });
  assert.equal(writeCondition(test()), 'decision == "yes"');
  assert.equal(writeCondition(test({ values: [] })), null);
  assert.equal(writeCondition(test({ field: '' })), null);
  assert.equal(writeCondition(test({ values: ['a" or True or "'] })), null);
  assert.equal(
    writeCondition(test({ comparison: 'lacks', values: ['1', '2'] })),
    'not has(decision, "1", "2")',
  );
});
