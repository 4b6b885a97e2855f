import assert from 'node:assert/strict';
import test from 'node:test';
import { settle } from '../src/form/computed.js';
import { createDraftKeeper } from '../src/form/draft.js';
import { onlyWords } from '../src/form/lighten.js';
import { prune } from '../src/form/prune.js';
import { serverErrors } from '../src/form/server-errors.js';
import { fromText, parseTable, pasteBlock } from '../src/form/widgets/grid-text.js';
import { gradeOf, total } from '../src/form/widgets/score.js';
import { fileProblem } from '../src/shared/file-check.js';
import { isoDay, isoMonth } from '../src/shared/format.js';

test('pointers of a problem document become paths with the value they speak of', () => {
  const data = { rows: [{ code: 'x' }] };
  assert.deepEqual(serverErrors([{ pointer: '/rows/0/code', message: '不对' }], data), [
    { path: ['rows', '0', 'code'], message: '不对', value: 'x' },
  ]);
  assert.deepEqual(serverErrors([{ pointer: '#/data/rows', message: '不对' }], data)[0].path, ['rows']);
});

test('answers to questions no longer asked are left out, unknown members stay', () => {
  const schema = {
    properties: { a: {} },
    if: { properties: { a: { const: 1 } } },
    then: { properties: { b: {} } },
  };
  const resolve = (part, data) => (data.a === 1 ? { properties: { a: {}, b: {} } } : part);
  assert.deepEqual(prune(schema, resolve, { a: 1, b: 2, z: 3 }), { a: 1, b: 2, z: 3 });
  assert.deepEqual(prune(schema, resolve, { a: 2, b: 2, z: 3 }), { a: 2, z: 3 });
});

test('a block from Excel', () => {
  assert.deepEqual(parseTable('a\t"b\n""c"""\r\nd\te\r\n'), [
    ['a', 'b\n"c"'],
    ['d', 'e'],
  ]);
  assert.equal(fromText({ type: 'number' }, '1,234.5'), 1234.5);
  assert.equal(fromText({ type: 'number' }, '约 3'), '约 3');
  assert.equal(fromText({ type: 'boolean' }, '是'), true);
  assert.equal(fromText({ format: 'date' }, '2027年1月5日'), '2027-01-05');
  const several = { type: 'array', items: { enum: ['e'], oneOf: [{ const: 'e', title: '能源' }] } };
  assert.deepEqual(fromText(several, '能源、别的'), ['e', '别的']);
  assert.equal(fromText({ type: 'boolean', const: true }, '√'), true);
  const columns = [
    { key: 'a', title: '甲', schema: {} },
    { key: 'n', title: '数', schema: { type: 'number' } },
  ];
  const block = parseTable('甲\t数\nx\t1\ny\t2\n');
  assert.deepEqual(pasteBlock({ rows: [{ a: 'o' }], columns, block, row: 0, column: 0, limit: 1 }), {
    rows: [{ a: 'x', n: 1 }],
    dropped: 1,
  });
});

test('sums of a score sheet never exceed a group, and name the grade', () => {
  const sheet = [
    {
      key: '1',
      max: 5,
      children: [
        { key: '1.1', max: 4 },
        { key: '1.2', max: 4 },
      ],
    },
    { key: '2', max: 10 },
  ];
  assert.deepEqual(total(sheet, { 1.1: 4, 1.2: 4 }), { points: 5, filled: 2, count: 3 });
  assert.equal(total([{ key: 'a' }, { key: 'b' }], { a: 0.1, b: 0.2 }).points, 0.3);
  assert.equal(
    gradeOf(85, [
      { min: 60, label: '合格' },
      { min: 80, label: '良好' },
      { min: 90, label: '优秀' },
    ]),
    '良好',
  );
});

test('limits on files', () => {
  assert.equal(fileProblem({ name: 'A.PDF', size: 10 }, { accept: '.pdf', maxMb: 1 }), null);
  assert.match(fileProblem({ name: 'a.exe', size: 10 }, { accept: '.pdf' }), /类型/);
  assert.match(fileProblem({ name: 'a.pdf', size: 3e6 }, { accept: '.pdf', maxMb: 1 }), /超过上限 1 MB/);
});

test('a draft conflict stops saving until the person overwrites knowingly', async () => {
  const sent = [];
  const states = [];
  const answers = [
    {
      ok: false,
      status: 409,
      body: { title: '有另一份草稿', other: { saved_by: '张三', revision: 9, data: {} } },
    },
    { ok: true, status: 200, body: { revision: 10 } },
  ];
  const keeper = createDraftKeeper({
    url: '/draft',
    read: () => ({ a: 1 }),
    onState: (state) => states.push(state.state),
    send: async (_url, { json }) => {
      sent.push(json);
      return answers.shift();
    },
    wait: 1e6,
  });
  keeper.touch();
  assert.equal(await keeper.saveNow(), false);
  assert.equal(states.at(-1), 'conflict');
  keeper.touch();
  assert.equal(states.at(-1), 'conflict');
  assert.equal(await keeper.overwrite(), true);
  assert.deepEqual(sent[0], { data: { a: 1 }, revision: 0 });
  assert.deepEqual(sent[1], { data: { a: 1 }, revision: 9, overwrite: true });
  assert.equal(keeper.isClean(), true);
  keeper.touch();
  answers.push({ ok: true, status: 200, body: { revision: 11 } });
  await keeper.saveNow();
  assert.equal(sent[2].revision, 10, 'the revision that the server gave goes with the next draft');
  keeper.resume();
});

test('days and months as people write them come into one form', () => {
  for (const text of [
    '2027-02-08',
    '2027/2/8',
    '2027.2.8',
    '20270208',
    '2027年2月8日',
    '２０２７／２／８',
    ' 2027 年 2 月 8 日 ',
  ]) {
    assert.equal(isoDay(text), '2027-02-08', text);
  }
  for (const text of ['2027-02-30', '2027-13-01', '8/2/2027', '2027', '', undefined])
    assert.equal(isoDay(text), null);
  for (const text of ['2027-02', '2027/2', '202702', '2027年2月'])
    assert.equal(isoMonth(text), '2027-02', text);
  assert.equal(isoMonth('2027-13'), null);
});

test('points and vetoes that another answer decides follow it, and go with it', () => {
  const ui = {
    scores: {
      'ui:widget': 'score-sheet',
      'ui:options': {
        sheet: [
          {
            children: [
              { key: '12-1', max: 5, full_if: 'met' },
              { key: '12-2', max: 5 },
            ],
          },
        ],
      },
    },
    vetoes: {
      'ui:widget': 'veto-list',
      'ui:options': { vetoes: [{ key: '1' }, { key: '5', when: { field: 'years', above: 2 } }] },
    },
  };
  const met = settle(ui, { met: true, years: 3, scores: { '12-1': 1, '12-2': 2 }, vetoes: { 1: false } });
  assert.deepEqual(met.scores, { '12-1': 5, '12-2': 2 });
  assert.deepEqual(met.vetoes, { 1: false, 5: true });
  const unmet = settle(ui, { ...met, met: false, years: 2 }, met);
  assert.deepEqual(unmet.scores, { '12-2': 2 });
  assert.deepEqual(unmet.vetoes, { 1: false, 5: false });
  assert.equal(settle(ui, unmet, unmet), unmet);
});

test('choices are drawn by their words', () => {
  const words = [{ const: 'a', title: '甲' }];
  assert.deepEqual(onlyWords({ properties: { x: { enum: ['a'], oneOf: words }, y: { enum: [1] } } }), {
    properties: { x: { oneOf: words }, y: { enum: [1] } },
  });
});

test('a required list that may be empty is sent empty', () => {
  const schema = {
    required: ['a', 'b'],
    properties: { a: { type: 'array' }, b: { type: 'array', minItems: 1 } },
  };
  assert.deepEqual(
    prune(schema, (part) => part, {}),
    { a: [] },
  );
});
