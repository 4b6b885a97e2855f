/** 条件: which answers of earlier forms lead this way, picked instead of typed; the expression stays visible. */
import { h, useEffect, useState } from '@bpmn-io/diagram-js-ui';
import { getBusinessObject, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { ALONE, COMPARISONS, kindOf, readCondition, writeCondition } from '../language/conditions.js';
import { Check, Group, Pick, Select, Text } from './fields.js';
import { variablesBefore } from './variables.js';

const DECIDING = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'];
const EMPTY = { field: '', comparison: '==', values: [], quoted: true };

/** The condition of a flow, for those that leave a gateway that chooses. */
export function FlowCondition({ element, context }) {
  const flow = getBusinessObject(element);
  const gateway = flow.sourceRef;
  if (!gateway || !isAny(gateway, DECIDING)) return null;
  const modeling = context.injector.get('modeling');
  const isDefault = gateway.default === flow;
  const write = (body) =>
    modeling.updateProperties(element, {
      conditionExpression: body
        ? context.injector.get('bpmnFactory').create('bpmn:FormalExpression', { body })
        : undefined,
    });
  const setDefault = (on) =>
    modeling.updateProperties(context.registry.get(gateway.id), { default: on ? flow : undefined });
  return h(
    Group,
    { title: '条件' },
    h(Check, { label: '其他条件都不满足时走这里', on: isDefault, commit: setDefault }),
    !isDefault && h(Tests, { source: flow.conditionExpression?.body ?? '', flow, context, write }),
  );
}

function Tests({ source, flow, context, write }) {
  const read = readCondition(source);
  const [condition, setCondition] = useState(start(read));
  useEffect(() => {
    if (read && writeCondition(condition) !== source.trim()) setCondition(start(read));
  }, [source]);
  const fields = variablesBefore(flow, context);
  const change = (next) => {
    setCondition(next);
    const written = writeCondition(next);
    if (written !== null && written !== source) write(written);
  };
  const { joined, tests } = condition;
  const set = (index, test) => change({ joined, tests: tests.map((one, at) => (at === index ? test : one)) });
  return [
    read &&
      tests.map((test, index) => [
        index > 0 &&
          h(Select, {
            label: '两个条件之间',
            bare: true,
            none: null,
            value: joined,
            options: [
              { value: 'and', label: '并且' },
              { value: 'or', label: '或者' },
            ],
            commit: (value) => change({ joined: value, tests }),
          }),
        h(Test, { key: index, test, fields, set: (next) => set(index, next) }),
      ]),
    read &&
      h(
        'p',
        { class: 'qc-row' },
        h(
          'button',
          {
            type: 'button',
            class: 'qc-link',
            onClick: () => setCondition({ joined, tests: [...tests, EMPTY] }),
          },
          '再加一个条件',
        ),
        tests.length > 1 &&
          h(
            'button',
            {
              type: 'button',
              class: 'qc-link',
              onClick: () => change({ joined, tests: tests.slice(0, -1) }),
            },
            '去掉最后一个',
          ),
      ),
    h(Text, {
      label: '条件的表达式',
      value: source,
      code: true,
      area: source.length > 34,
      hint: read ? null : '这个条件用上面的选项表达不了，请直接修改表达式',
      commit: (text) => write(text.trim()),
    }),
  ];
}

const start = (read) => (read?.tests.length ? read : { joined: 'and', tests: [EMPTY] });

function Test({ test, fields, set }) {
  const known = fields.find((one) => one.name === test.field);
  const kind = known ? kindOf(known) : kindOfTest(test);
  const choose = (name) => {
    const field = fields.find((one) => one.name === name);
    const now = kindOf(field);
    set({ field: name, comparison: COMPARISONS[now][0].value, values: [], quoted: now !== 'number' });
  };
  return h(
    'div',
    { class: 'qc-test' },
    h(Pick, {
      label: '哪一项',
      value: test.field,
      none: '（选择前面填写的一项）',
      options: fields.map((one) => ({ value: one.name, label: one.title, hint: one.from })),
      commit: choose,
    }),
    test.field &&
      h(Select, {
        label: '比较',
        none: null,
        value: test.comparison,
        options: COMPARISONS[kind],
        commit: (comparison) => set({ ...test, comparison }),
      }),
    test.field && !ALONE.has(test.comparison) && h(Values, { test, kind, known, set }),
  );
}

/** What an expression compares, where nothing is known of the variable. */
function kindOfTest({ comparison, quoted }) {
  if (comparison === 'has' || comparison === 'lacks') return 'array';
  if (comparison === 'true' || comparison === 'false') return 'boolean';
  return quoted ? 'text' : 'number';
}

function Values({ test, kind, known, set }) {
  const options = (known?.values ?? []).map((one) => ({ value: String(one.value), label: one.label }));
  if (kind === 'array' && options.length)
    return options.map((one) =>
      h(Check, {
        key: one.value,
        label: one.label,
        on: test.values.includes(one.value),
        commit: (on) =>
          set({
            ...test,
            values: options
              .map((each) => each.value)
              .filter((value) => (value === one.value ? on : test.values.includes(value))),
          }),
      }),
    );
  const [value = ''] = test.values;
  if (options.length)
    return h(Select, {
      label: '哪个值',
      value,
      options,
      none: '（选择）',
      commit: (next) => set({ ...test, values: [next] }),
    });
  const split = (text) => (kind === 'array' ? text.split(/[,，、\s]+/).filter(Boolean) : [text.trim()]);
  return h(Text, {
    label: '哪个值',
    value: test.values.join('、'),
    commit: (text) => set({ ...test, values: split(text) }),
  });
}

/** Where a gateway leads, each way with its condition. */
export function Ways({ element, context }) {
  const gateway = getBusinessObject(element);
  const ways = element.outgoing.filter((one) => one.type === 'bpmn:SequenceFlow');
  if (ways.length < 2) return null;
  const deciding = isAny(element, DECIDING);
  return h(
    Group,
    { title: '去向' },
    h(
      'ul',
      { class: 'qc-ways' },
      ways.map((way) => {
        const flow = getBusinessObject(way);
        const words = flow === gateway.default ? '其余情形' : flow.conditionExpression?.body || '没有条件';
        return h(
          'li',
          { key: way.id },
          h(
            'button',
            {
              type: 'button',
              class: 'qc-link',
              onClick: () => context.injector.get('selection').select(way),
            },
            `${flow.name ? `${flow.name} → ` : '→ '}${flow.targetRef?.name || '下一步'}`,
          ),
          deciding && h('div', { class: 'qc-field-hint' }, words),
        );
      }),
    ),
    deciding && h('p', { class: 'qc-field-hint' }, '点一条去向，设定走它的条件'),
  );
}
