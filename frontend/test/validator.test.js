import assert from 'node:assert/strict';
import test from 'node:test';
import { inFormOrder } from '../src/form/form-order.js';
import { check, toErrorSchema, validator } from '../src/form/validator.js';

const one = (schema, value) => {
  const errors = check({ type: 'object', properties: { x: schema } }, { x: value });
  assert.equal(errors.length, 1, JSON.stringify(errors));
  assert.deepEqual(errors[0].path, ['x']);
  return errors[0].message;
};

test('each keyword speaks Chinese', () => {
  assert.equal(one({ type: 'number', maximum: 5 }, 6), '不能大于 5');
  assert.equal(one({ type: 'number', minimum: 0 }, -1), '不能小于 0');
  assert.equal(one({ type: 'number', exclusiveMinimum: 0 }, 0), '应大于 0');
  assert.equal(one({ type: 'number', multipleOf: 0.01 }, 1.005), '最多保留 2 位小数');
  assert.equal(one({ type: 'number' }, '12a'), '请填写数字');
  assert.equal(one({ type: 'integer' }, 1.5), '请填写整数');
  assert.equal(one({ type: 'string', minLength: 2 }, '王'), '至少 2 个字，现有 1 个字');
  assert.equal(one({ type: 'string', maxLength: 2 }, '王小二'), '最多 2 个字，现有 3 个字');
  assert.equal(one({ type: 'string', format: 'date' }, '2027-02-30'), '日期应写成 2027-02-08 的形式');
  assert.equal(
    one({ type: 'string', pattern: '^1\\d{10}$', description: '11 位手机号' }, '12'),
    '填写的格式不正确：11 位手机号',
  );
  assert.equal(one({ enum: ['a', 'b'] }, 'c'), '请从给出的选项中选择');
  assert.equal(one({ type: 'array', minItems: 2 }, [1]), '至少 2 项，现有 1 项');
  assert.equal(one({ type: 'array', uniqueItems: true }, [1, 1]), '有重复的项，请删去重复的一项');
  assert.equal(one({ const: true }, false), '请勾选此项');
  assert.equal(
    one(
      {
        oneOf: [
          { const: 'a', title: '甲' },
          { const: 'b', title: '乙' },
        ],
      },
      'z',
    ),
    '请从给出的选项中选择一项',
  );
});

test('a missing field is named by its title and found at its own path', () => {
  const schema = {
    type: 'object',
    required: ['person', 'public'],
    properties: {
      person: { type: 'string', title: '法人代表' },
      public: { type: 'boolean', title: '是否公开' },
    },
  };
  assert.deepEqual(check(schema, {}), [
    { path: ['person'], keyword: 'required', message: '请填写“法人代表”' },
    { path: ['public'], keyword: 'required', message: '请选择“是否公开”' },
  ]);
});

test('conditions: if and then, dependentRequired, references', () => {
  const schema = {
    $defs: { name: { type: 'string', title: '姓名', minLength: 2 } },
    type: 'object',
    properties: {
      decision: { enum: ['pass', 'fail'] },
      by: { $ref: '#/$defs/name' },
      phone: { title: '电话' },
    },
    dependentRequired: { by: ['phone'] },
    if: { properties: { decision: { const: 'fail' } }, required: ['decision'] },
    then: { properties: { reason: { type: 'string', title: '理由' } }, required: ['reason'] },
  };
  assert.deepEqual(check(schema, { decision: 'pass' }), []);
  assert.deepEqual(
    check(schema, { decision: 'fail', by: '王' }).map((error) => [error.path.join('.'), error.message]),
    [
      ['reason', '请填写“理由”'],
      ['phone', '请填写“电话”'],
      ['by', '至少 2 个字，现有 1 个字'],
    ],
  );
});

test('of a failed choice the nearest branch is reported', () => {
  const schema = {
    oneOf: [
      { properties: { kind: { const: 'a' }, n: { type: 'number', title: '数' } }, required: ['kind', 'n'] },
      {
        properties: { kind: { const: 'b' }, m: { type: 'string' }, o: { type: 'string' } },
        required: ['kind', 'm', 'o'],
      },
    ],
  };
  assert.deepEqual(check(schema, { kind: 'a' }), [
    { path: ['n'], keyword: 'required', message: '请填写“数”' },
  ]);
});

test('rows, keys with dots, and titles that only the form knows', () => {
  const schema = {
    type: 'object',
    properties: {
      rows: {
        type: 'array',
        title: '清单',
        items: { type: 'object', required: ['name'], properties: { name: { title: '名称' } } },
      },
      score: { type: 'object', required: ['1.2'], properties: { 1.2: { type: 'number' } } },
    },
  };
  const ui = {
    score: { 'ui:options': { sheet: [{ key: '1', children: [{ key: '1.2', label: '物料平衡' }] }] } },
  };
  const errors = check(schema, { rows: [{ name: 'a' }, {}], score: {} }, ui);
  assert.deepEqual(
    errors.map((error) => error.message),
    ['请填写“名称”', '请填写“1.2 物料平衡”'],
  );
  assert.deepEqual(toErrorSchema(errors), {
    rows: { 1: { name: { __errors: ['请填写“名称”'] } } },
    score: { 1.2: { __errors: ['请填写“1.2 物料平衡”'] } },
  });
});

test('undefined members count as absent, and RJSF gets plain answers', () => {
  const schema = { type: 'object', required: ['a'], properties: { a: { title: '甲' } } };
  assert.equal(check(schema, { a: undefined }).length, 1);
  assert.equal(validator.isValid(schema, { a: 1 }, schema), true);
  assert.equal(validator.isValid({ $ref: '#/$defs/n' }, 'x', { $defs: { n: { type: 'number' } } }), false);
});

test('problems come in the order of the form', () => {
  const ui = { 'ui:sections': [{ fields: ['b', 'a'] }] };
  const schema = { properties: { a: {}, b: {}, c: {} } };
  const problems = [{ path: ['c'] }, { path: ['a'] }, { path: ['b', '0'] }];
  assert.deepEqual(
    inFormOrder(problems, schema, ui).map((problem) => problem.path[0]),
    ['b', 'a', 'c'],
  );
});

test('a field that is wrong inside is not called needless as well', () => {
  const schema = {
    type: 'object',
    unevaluatedProperties: false,
    properties: {
      scores: {
        type: 'object',
        title: '打分',
        properties: { 1: { type: 'number', title: '报告' } },
        required: ['1'],
      },
    },
  };
  assert.deepEqual(check(schema, { scores: {} }), [
    { path: ['scores', '1'], keyword: 'required', message: '请填写“报告”' },
  ]);
  assert.equal(check(schema, { other: 1 }).length, 1);
});
