import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { columnsOf, fieldsOf } from '../src/tables/columns.js';
import { createFiles } from '../src/tables/files.js';
import { pastedCells, readRows, rowsPath, writeRows } from '../src/tables/rows.js';
import { fits, parsed, written } from '../src/tables/values.js';
import { translate, WORDS } from '../src/tables/words.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const library = path.join(here, '../node_modules/dmn-js-decision-table/lib');

/** What the parts in use of the table editor say: every text handed to `translate`, and the hit policies. */
async function said() {
  const found = new Set();
  for (const folder of [library, path.join(here, '../node_modules/dmn-js-shared/lib/components')])
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.js') || /simple-(date|time|duration)|allowed-values|view-drd/.test(name)) continue;
      const text = await readFile(path.join(folder, name), 'utf8');
      for (const [, , words] of text.matchAll(/translate\((['"])([A-Za-z][^'"]*)\1/g)) found.add(words);
      if (name.endsWith('HitPolicies.js'))
        for (const [, words] of text.matchAll(/(?:label|explanation): '([^']+)'/g)) found.add(words);
    }
  return found;
}

test('every word of the table editor is in Chinese', async () => {
  const never =
    /^(Priority|Any|Rule order|Output order)$|highest priority|have to match|in rule order|decreasing/;
  const missing = [...(await said())].filter((words) => !WORDS[words] && !never.test(words));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    Object.entries(WORDS).filter(([, chinese]) => !/[\u4e00-\u9fff]/.test(chinese)),
    [],
  );
  assert.equal(translate('e.g. { sample }', { sample: '5' }), '如 5');
});

test('files of test rows come back as they were written', async () => {
  const folder = path.join(here, '../../checks');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.rows.json'));
  assert.ok(names.length >= 3);
  for (const name of names) {
    const text = await readFile(path.join(folder, name), 'utf8');
    assert.equal(writeRows(readRows(text)), text, name);
  }
});

test('rows that say nothing are not kept; what is no file of rows is not touched', () => {
  const blank = { title: '', given: {}, expected: {} };
  assert.equal(writeRows(new Map([['fee', [blank]]])), null);
  assert.equal(readRows('{"decisions": 5}'), null);
  assert.deepEqual(readRows(undefined), new Map());
  assert.equal(rowsPath('processes/beijing/fund.dmn'), 'checks/beijing/fund.rows.json');
});

test('values are typed as people and Excel write them', () => {
  for (const [text, kind, value] of [
    ['50,000.5', 'number', 50000.5],
    ['１２３', 'number', 123],
    ['-3', 'number', -3],
    ['五万', 'number', '五万'],
    ['是', 'boolean', true],
    ['FALSE', 'boolean', false],
    ['5', 'boolean', '5'],
    ['large', 'string', 'large'],
    ['5', 'string', '5'],
    ['["1","3"]', '', ['1', '3']],
    ['空', 'number', null],
    [' ', 'number', undefined],
    ['0.30', '', 0.3],
    ['1,2', 'number', '1,2'],
  ])
    assert.deepEqual(parsed(text, kind), value, text);
});

test('a value that is shown and typed again is the same value', () => {
  for (const kind of ['number', 'string', 'boolean', ''])
    for (const value of [undefined, null, true, 0, 0.1, 1e21, 'large', ['1'], { a: 1 }])
      if (fits(value, kind) || kind === '') assert.deepEqual(parsed(written(value, kind), kind), value);
  assert.deepEqual(parsed(written('5', ''), ''), '5');
  assert.ok(!fits('五万', 'number') && fits(null, 'number'));
});

test('cells copied from Excel', () => {
  assert.deepEqual(pastedCells('a\tb\r\n1\t\r\n'), [
    ['a', 'b'],
    ['1', ''],
  ]);
  assert.deepEqual(pastedCells('"两\n行"\t"说""好"""'), [['两\n行', '说"好"']]);
  assert.deepEqual(pastedCells('一 "句"'), [['一 "句"']]);
  assert.deepEqual(pastedCells('\t5'), [['', '5']]);
});

test('columns are named as in the head of the table, else as in the forms', () => {
  const fields = fieldsOf(
    {
      'other/x.json': {
        title: '别的',
        fields: [{ name: 'fee', title: '别的费用', type: 'string', values: [] }],
      },
      'own/x.json': {
        title: '审核',
        fields: [
          { name: 'fee', title: '费用', type: 'number', values: [] },
          { name: 'grounds', title: '类别', type: 'array', values: [] },
        ],
      },
    },
    (one) => one.startsWith('own/'),
  );
  const decisionLogic = {
    hitPolicy: 'UNIQUE',
    input: [{ label: '发生额', inputExpression: { text: 'fee', typeRef: 'number' } }],
    output: [{ name: 'grant', label: '补助额', typeRef: 'number' }],
  };
  const rows = [{ given: { old: 1 }, expected: { gone: 2 } }];
  const found = columnsOf({ decisionLogic }, ['fee', 'grounds'], rows, fields);
  assert.deepEqual(
    found.map(({ name, label, kind, gone }) => [name, label, kind, gone]),
    [
      ['fee', '发生额', 'number', false],
      ['grounds', '类别', '', false],
      ['old', 'old', '', true],
      ['grant', '补助额', 'number', false],
      ['gone', 'gone', '', true],
    ],
  );
  assert.equal(found[0].field.title, '费用');
});

test('what is changed here is known until somebody else has saved it otherwise', () => {
  const files = createFiles({ a: '1', b: '1' }, { d: '1' });
  files.set('a', '1');
  files.set('b', '2');
  files.set('d', null);
  assert.deepEqual(files.changes(), { b: '2', d: null });
  assert.deepEqual(files.replace({ a: '1', b: '3' }), ['b']);
  assert.deepEqual(files.changes(), { d: null });
  assert.deepEqual([files.text('b'), files.text('d')], ['3', undefined]);
});
