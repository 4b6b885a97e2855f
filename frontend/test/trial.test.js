import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraces, flowsTo } from '../src/trial/path.js';
import { pointAt } from '../src/trial/token.js';

const flow = (source, target) => ({ id: `${source}_${target}`, source, target });
const graph = (tags, ...flows) => ({
  nodes: Object.fromEntries(Object.entries(tags).map(([id, tag]) => [id, { tag }])),
  flows: flows.map(([source, target]) => flow(source, target)),
});
const MAIN = graph(
  { S: 'startEvent', A: 'userTask', Q: 'exclusiveGateway', B: 'userTask', C: 'callActivity', E: 'endEvent' },
  ['S', 'A'],
  ['A', 'Q'],
  ['Q', 'B'],
  ['Q', 'A'],
  ['B', 'C'],
  ['C', 'E'],
);
MAIN.nodes.C.called = 'sub';
const SUB = graph({ s: 'startEvent', t: 'userTask', e: 'endEvent' }, ['s', 't'], ['t', 'e']);

const event = (kind, element, { process = 'main', callers = [], task } = {}) => ({
  event: kind,
  case: '1',
  process,
  element,
  detail: { callers, task },
});

function walked(...events) {
  const traces = createTraces((process) => ({ main: MAIN, sub: SUB })[process]);
  traces.follow({ event: 'case_started', case: '1', process: 'main', detail: {} });
  return { traces, hops: events.flatMap((one) => traces.follow(one)) };
}

const MAIN_SCOPE = { case: '1', process: 'main', callers: [] };

test('a token passes gateways that leave no mark', () => {
  assert.deepEqual(flowsTo(MAIN, new Map([['A', 1]]), 'B'), ['A_Q', 'Q_B']);
});

test('a token comes from where it was last', () => {
  const again = flowsTo(
    MAIN,
    new Map([
      ['S', 1],
      ['A', 5],
    ]),
    'A',
  );
  assert.deepEqual(again, ['A_Q', 'Q_A']);
});

test('the first element is reached from nowhere', () => {
  assert.deepEqual(flowsTo(MAIN, new Map(), 'S'), []);
});

test('a task that opens is where the token stands until it is done', () => {
  const { traces, hops } = walked(event('element_passed', 'S'), event('task_created', 'A', { task: 1 }));
  assert.deepEqual(hops.at(-1).flows, ['S_A']);
  assert.deepEqual([...traces.tracesOf(MAIN_SCOPE).open], [[1, 'A']]);
  traces.follow(event('task_completed', 'A', { task: 1 }));
  assert.equal(traces.tracesOf(MAIN_SCOPE).open.size, 0);
  assert.equal(traces.tracesOf(MAIN_SCOPE).done.get('A'), 1);
});

test('a token goes into the process that is called, and out again when it has ended', () => {
  const inside = { process: 'sub', callers: ['C'] };
  const { traces, hops } = walked(
    event('element_passed', 'S'),
    event('task_created', 'A', { task: 1 }),
    event('task_completed', 'A', { task: 1 }),
    event('task_created', 'B', { task: 2 }),
    event('task_completed', 'B', { task: 2 }),
    event('element_passed', 's', inside),
    event('task_created', 't', { ...inside, task: 3 }),
  );
  assert.deepEqual(hops.at(-3).flows, ['B_C']);
  assert.deepEqual(hops.at(-1).scope, { case: '1', process: 'sub', callers: ['C'] });
  assert.ok(traces.isInside(MAIN_SCOPE, 'C'));
  traces.follow(event('task_completed', 't', { ...inside, task: 3 }));
  traces.follow(event('element_passed', 'e', inside));
  traces.follow(event('element_passed', 'C'));
  assert.ok(!traces.isInside(MAIN_SCOPE, 'C'));
  assert.deepEqual(traces.follow(event('element_passed', 'E'))[0].flows, ['C_E']);
});

test('the dot is at the share of the whole way', () => {
  const way = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 30 },
  ];
  assert.deepEqual(pointAt(way, 0.5), { x: 10, y: 10 });
  assert.deepEqual(pointAt(way, 1), { x: 10, y: 30 });
});
