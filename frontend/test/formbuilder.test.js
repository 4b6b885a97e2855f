/** The forms of the library pass through the form builder unharmed, and an edit changes its place and nothing else. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { reckoned } from '../src/form/reckoning.js';
import { importForm } from '../src/formbuilder/importing.js';
import { readCondition, writeCondition } from '../src/formbuilder/model/conditions.js';
import * as edits from '../src/formbuilder/model/edits.js';
import { fieldNamed, fieldsOf, furtherRules, sectionsOf, shownWhen } from '../src/formbuilder/model/form.js';
import { readJson, writeJson } from '../src/formbuilder/model/json.js';
import { KINDS, emptyForm } from '../src/formbuilder/model/kinds.js';
import { knownNames, nameProblem, suggestName } from '../src/formbuilder/model/names.js';
import * as scoring from '../src/formbuilder/model/scoring.js';
import { back, begin, changedFiles, forth, readForms, step } from '../src/formbuilder/project.js';

const ROOT = path.resolve(import.meta.dirname, '../../forms');
const FILES = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith('.json'));
const textOf = (file) => readFileSync(path.join(ROOT, file), 'utf8');
const formOf = (file) => ({
  schema: readJson(textOf(file)),
  ui: readJson(textOf(file.replace(/\.json$/, '.ui.json'))),
});
const FORMS = FILES.filter((name) => !name.endsWith('.ui.json')).map((name) => [name, formOf(name)]);
const written = (form) => writeJson(form.schema) + writeJson(form.ui);
const form = (name) => FORMS.find(([file]) => file === name)[1];

test('every file of the library is written as it was read, with its members in order', () => {
  assert.ok(FILES.length > 900);
  for (const file of FILES) assert.equal(writeJson(readJson(textOf(file))), textOf(file), file);
});

test('every field of the library is recognised', () => {
  const kept = FORMS.flatMap(([file, one]) =>
    fieldsOf(one)
      .filter((field) => field.kind === 'kept')
      .map((field) => `${file} ${field.name}`),
  );
  assert.deepEqual(kept, []);
});

test('every condition that is read is written as it was', () => {
  let unread = 0;
  for (const [file, { schema }] of FORMS) {
    for (const rule of schema.allOf ?? []) {
      const read = readCondition(rule.if);
      if (read) assert.deepEqual(writeCondition(read), rule.if, file);
      else unread += 1;
    }
  }
  assert.equal(unread, 0);
});

test('a rule is said in words', () => {
  const one = form('common/report_review.json');
  const asked = fieldsOf(one).filter((field) => field.condition);
  assert.match(shownWhen(one, asked[0]), /^“.+”为“.+”$/);
  assert.equal(furtherRules(form('shandong/acceptance_score.json')).length, 2);
});

test('what an edit does to any form of the library, its opposite undoes', () => {
  for (const [file, one] of FORMS) {
    const [first] = fieldsOf(one);
    const added = edits.addField(one, { kind: 'paragraph', name: 'zz_new', title: '新', section: 0 });
    assert.equal(written(edits.removeField(added, 'zz_new')), written(one), `${file}: add`);
    for (const { name } of fieldsOf(one)) {
      const there = edits.renameField(one, name, 'zz_new');
      assert.ok(
        !written(there).includes(`"${name}"`) || saysOtherwise(one, name),
        `${file}: ${name} is left over`,
      );
      assert.equal(
        written(edits.renameField(there, 'zz_new', name)),
        written(one),
        `${file}: rename ${name}`,
      );
    }
    const retitled = edits.setInField(one, first.name, ['title'], '别的');
    assert.equal(
      written(edits.setInField(retitled, first.name, ['title'], first.schema.title)),
      written(one),
      `${file}: title`,
    );
  }
});

/** A value, a key of a sheet or a variable may be called like a field. */
const saysOtherwise = (one, name) =>
  JSON.stringify(one).split(`"${name}"`).length >
  JSON.stringify(edits.renameField(one, name, 'zz')).split(`"${name}"`).length;

test('a moved field changes the sections only', () => {
  for (const [file, one] of FORMS) {
    const [first] = fieldsOf(one);
    const moved = edits.stepField(one, first.name, 1);
    assert.equal(moved.schema, one.schema, file);
    assert.equal(written(edits.stepField(moved, first.name, -1)), written(one), file);
  }
});

test('a new field of any kind stands in its section and is recognised as its kind', () => {
  for (const kind of KINDS.filter((one) => one.make)) {
    const name = kind.id === 'decision' ? 'decision' : 'zz_new';
    const made = edits.addField(emptyForm('表'), { kind: kind.id, name, title: '标题', section: 0 });
    assert.equal(fieldNamed(made, name).kind, kind.id);
    assert.deepEqual(sectionsOf(made)[0].fields, [name]);
  }
});

test('a field that is shown under a condition moves into its rule and back', () => {
  const one = edits.addField(
    edits.addField(emptyForm('表'), { kind: 'decision', name: 'decision', title: '决定', section: 0 }),
    { kind: 'paragraph', name: 'reason', title: '退回原因', section: 0 },
  );
  const needed = edits.setRequired(one, 'reason', true);
  const terms = [{ field: 'decision', is: 'is', value: 'return' }];
  const shown = edits.setCondition(needed, 'reason', { terms, any: false });
  assert.deepEqual(shown.schema.allOf[0].if, {
    properties: { decision: { const: 'return' } },
    required: ['decision'],
  });
  assert.deepEqual(shown.schema.allOf[0].then.required, ['reason']);
  assert.equal(shownWhen(shown, fieldNamed(shown, 'reason')), '“决定”为“退回修改”');
  const otherwise = edits.setCondition(shown, 'reason', {
    terms: [{ ...terms[0], value: 'approve' }],
    any: false,
  });
  assert.equal(otherwise.schema.allOf.length, 1);
  const always = edits.setCondition(otherwise, 'reason', null);
  assert.equal(written(always), written(needed));
});

test('a rule that other fields need stays when one of its fields goes elsewhere', () => {
  const [file, one] = FORMS.find(([, { schema }]) =>
    (schema.allOf ?? []).some((rule) => Object.keys(rule.then?.properties ?? {}).length > 2),
  );
  const field = fieldsOf(one).find(({ condition }) => condition);
  const rest = fieldsOf(one).filter(({ name }) => name !== field.name);
  const always = edits.setCondition(one, field.name, null);
  assert.equal(fieldNamed(always, field.name).condition, undefined, file);
  for (const other of rest) assert.deepEqual(fieldNamed(always, other.name).condition, other.condition, file);
});

test('a name follows what the library calls the same thing, else the words of the title, and is free', () => {
  const known = knownNames({ 'a.json': { fields: [{ name: 'summary', title: '内容摘要' }] } });
  assert.equal(suggestName('内容摘要', [], known), 'summary');
  assert.equal(suggestName('内容摘要', ['summary'], known), 'summary_2');
  assert.equal(suggestName('项目投资金额', []), 'project_investment_amount');
  assert.equal(suggestName('……', ['field']), 'field_2');
  assert.match(nameProblem('2x', []), /小写字母/);
  assert.match(nameProblem('class', []), /保留字/);
  assert.match(nameProblem('amount', ['amount']), /已经有/);
});

test('choices keep their values in enum only where they were', () => {
  const both = edits.withOptions(
    { type: 'string', enum: ['a'], oneOf: [{ const: 'a', title: '甲', x: 1 }] },
    [
      { value: 'a', title: '乙' },
      { value: 'b', title: '丙' },
    ],
  );
  assert.deepEqual(both.enum, ['a', 'b']);
  assert.deepEqual(both.oneOf[0], { const: 'a', title: '乙', x: 1 });
  assert.equal(edits.withOptions({ oneOf: [] }, [{ value: 'a', title: '甲' }]).enum, undefined);
});

test('the sheet, its points, its vetoes and grades change together', () => {
  let one = scoring.addScoreSheet(emptyForm('打分表'), 0);
  const sheet = [
    { key: '1', item: '1', label: '报告', max: 40 },
    { key: '2', item: '2', label: '现场', max: 60 },
  ];
  one = scoring.setSheet(one, 'scores', sheet);
  one = scoring.setVetoes(one, [{ key: '1', label: '弄虚作假' }]);
  one = scoring.setGrades(one, [{ value: 'pass', least: 70, label: '合格' }], {
    above: true,
    failed: '不合格',
  });
  const { scores, vetoes } = one.schema.properties;
  assert.deepEqual(Object.keys(scores.properties), ['1', '2']);
  assert.equal(scores.properties['2'].maximum, 60);
  assert.deepEqual(vetoes.required, ['1']);
  assert.deepEqual(one.schema['x-scoring'], {
    scores: 'scores', total: 'score_total', vetoes: 'vetoes', veto: 'score_veto', grade: 'score_grade', pass: 70,
    grades: [['pass', 70]], above: true,
  }); // prettier-ignore
  assert.equal(one.ui.scores['ui:options'].grades.length, 2);
  assert.equal(scoring.setVetoes(one, []).schema.properties.vetoes, undefined);
});

test('the sheet of the library is written as it was when nothing of it changes', () => {
  const one = form('shandong/acceptance_score.json');
  const { sheet, vetoes } = { ...one.ui.scores['ui:options'], vetoes: one.ui.vetoes['ui:options'].vetoes };
  assert.equal(written(scoring.setSheet(one, 'scores', sheet)), written(one));
  assert.equal(written(scoring.setVetoes(one, vetoes)), written(one));
  const { grades, above, failed } = scoring.gradesOf(one);
  assert.equal(written(scoring.setGrades(one, grades, { above, failed })), written(one));
});

const FILE = 'forms/common/report_submit.json';
const LAYOUT = 'forms/common/report_submit.ui.json';
const design = {
  [FILE]: textOf('common/report_submit.json'),
  [LAYOUT]: textOf('common/report_submit.ui.json'),
};

test('what was only opened is not written, whatever its layout', () => {
  const crowded = { ...design, [FILE]: JSON.stringify(JSON.parse(design[FILE])) };
  assert.deepEqual(changedFiles(readForms(crowded).forms, crowded), {});
});

test('schema and layout of a form are saved together, a form that is gone with both its files', () => {
  const { forms } = readForms(design);
  const changed = {
    [FILE]: edits.addField(forms[FILE], { kind: 'date', name: 'on', title: '日期', section: 0 }),
  };
  assert.deepEqual(Object.keys(changedFiles(changed, design)), [FILE, LAYOUT]);
  assert.deepEqual(changedFiles({}, design), { [FILE]: null, [LAYOUT]: null });
});

test('a form that cannot be read stays as it is', () => {
  const files = { ...design, [FILE]: '{' };
  const { forms, broken } = readForms(files);
  assert.deepEqual(Object.keys(broken), [FILE]);
  assert.deepEqual(changedFiles(forms, files, broken), {});
});

test('quick typing in one place is one step of undoing', () => {
  let history = begin('a');
  history = step(history, 'b', 'title', 1000);
  history = step(history, 'c', 'title', 1500);
  history = step(history, 'd', 'title', 9000);
  assert.equal(back(history).now, 'c');
  assert.equal(back(back(history)).now, 'a');
  assert.equal(forth(back(history)).now, 'd');
});

test('an imported schema keeps what the builder does not know, and says so', () => {
  const given = {
    type: 'object',
    properties: {
      staff: { type: 'integer', title: '职工人数', deprecated: true },
      place: { type: 'object', title: '地址', properties: { street: { type: 'string' } } },
      bare: { type: 'string' },
    },
    dependentRequired: { staff: ['place'] },
  };
  const { form: made, account } = importForm(JSON.stringify(given));
  assert.deepEqual(made.schema.properties.place, given.properties.place);
  assert.deepEqual(made.schema.dependentRequired, given.dependentRequired);
  assert.deepEqual(account.edited, ['职工人数：数字', 'bare：文字（一行）']);
  assert.equal(account.kept.length, 3);
  assert.equal(account.changed.length, 3);
  assert.throws(() => importForm('[]'), /应是一个对象/);
  assert.throws(() => importForm('{"type": "string"}'), /properties/);
  assert.throws(() => importForm('{'), /不是有效的 JSON/);
});

test('computed fields are reckoned as one types, as the server does', () => {
  const schema = {
    'x-computed': { twice: { op: 'product', of: ['sum', 2] }, sum: { op: 'sum', of: ['a', 'rows.cost'] } },
  };
  const rows = [{ cost: 2 }, {}];
  assert.deepEqual(reckoned(schema, { a: 1.005, rows }), { a: 1.005, rows, sum: 3.01, twice: 6.02 });
  const untouched = { b: 1 };
  assert.equal(reckoned(schema, untouched), untouched);
});
