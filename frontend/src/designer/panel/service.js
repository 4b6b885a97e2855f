/** 服务: what the system does by itself, with the service's own fields; 决策表 and 计算 likewise. */
import { h, useState } from '@bpmn-io/diagram-js-ui';
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import { decision, service, setDecision, setService } from './facts.js';
import { Group, Pick, Select, Text } from './fields.js';

export function Service({ element, context }) {
  const { operators } = context.reference;
  const { name, parameters } = service(element);
  const chosen = operators.find((one) => one.value === name);
  const asked = chosen?.parameters ?? [];
  const others = Object.keys(parameters).filter((key) => !asked.some((one) => one.name === key));
  const set = (key, value) =>
    setService(context.injector, element, { name, parameters: { ...parameters, [key]: value } });
  return h(
    Group,
    { title: '服务' },
    h(Pick, {
      label: '系统自动做什么',
      value: name,
      options: operators.map((one) => ({ value: one.value, label: one.label, hint: one.value })),
      commit: (operator) => setService(context.injector, element, { name: operator, parameters: {} }),
    }),
    [...asked, ...others.map((key) => ({ name: key, label: key }))].map((parameter) =>
      h(Parameter, {
        key: `${name}-${parameter.name}`,
        parameter,
        source: parameters[parameter.name] ?? '',
        set: (value) => set(parameter.name, value),
        context,
      }),
    ),
    chosen?.open && h(Further, { taken: Object.keys(parameters), add: (key) => set(key, key) }),
  );
}

const NAME = /^[a-z][a-z0-9_]{0,59}$/;

/** What a service takes beyond its own fields: data for the case that it starts. It begins as the variable of the same name. */
function Further({ taken, add }) {
  const [name, setName] = useState('');
  const problem = !name
    ? ''
    : !NAME.test(name)
      ? '以小写字母开头，只用小写字母、数字和下划线'
      : taken.includes(name)
        ? '已经有这一项'
        : '';
  const put = () => {
    add(name);
    setName('');
  };
  return h(
    'div',
    { class: 'qc-parameter' },
    h(Text, { label: '再交给它一项数据（变量名）', value: name, code: true, commit: setName, problem }),
    h(
      'button',
      { type: 'button', class: 'qc-link', disabled: !name || Boolean(problem), onClick: put },
      '添加这一项',
    ),
  );
}

const LITERAL = /^"([^"\\]*)"$/;

/** The text that an expression simply is; none for what is reckoned. */
export const textOf = (source) => LITERAL.exec(source.trim())?.[1] ?? (source.trim() ? null : '');
const inQuotes = (text) => (text ? JSON.stringify(text.replaceAll('"', '”').replaceAll('\\', '＼')) : '');

const CHOICES = {
  to: (context) => context.reference.actors,
  by: (context) => context.reference.actors,
  process: (context) =>
    context.reference.processes.map((one) => ({ value: one.value, label: one.label, hint: one.value })),
};

function Parameter({ parameter, source, set, context }) {
  const plain = textOf(source);
  const [reckoned, setReckoned] = useState(plain === null || (!source && !parameter.text));
  const label = `${parameter.label}${parameter.required ? '（必填）' : ''}`;
  const choices = CHOICES[parameter.name]?.(context);
  const field = reckoned
    ? h(Text, { label, value: source, code: true, commit: (text) => set(text.trim()), hint: '变量或表达式' })
    : choices
      ? h(Pick, { label, value: plain ?? '', options: choices, commit: (value) => set(inQuotes(value)) })
      : h(Text, {
          label,
          value: plain ?? '',
          area: parameter.name === 'text',
          commit: (text) => set(inQuotes(text)),
        });
  return h(
    'div',
    { class: 'qc-parameter' },
    field,
    (plain !== null || !reckoned) &&
      h(
        'button',
        { type: 'button', class: 'qc-link', onClick: () => setReckoned(!reckoned) },
        reckoned ? '改为直接填写' : '改用变量或表达式',
      ),
  );
}

export function Rule({ element, context }) {
  const { tables } = context.reference;
  const value = decision(element);
  const table = tables.find((one) => one.value === value);
  const here = table && context.files.has(table.file) && context.page('tables');
  return h(
    Group,
    { title: '决策表' },
    h(Pick, {
      label: '按哪张表决定',
      value,
      options: tables.map((one) => ({ value: one.value, label: one.label, hint: one.value })),
      commit: (next) => setDecision(context.injector, element, next),
    }),
    here && h('a', { href: `${here}?file=${encodeURIComponent(table.file)}` }, '打开决策表'),
  );
}

export function Script({ element, context }) {
  const script = getBusinessObject(element).script ?? '';
  const modeling = context.injector.get('modeling');
  return h(
    Group,
    { title: '计算' },
    h(Text, {
      label: '算式',
      value: script,
      area: true,
      code: true,
      hint: '每行给一个变量赋值，如 lead = "county_environment"',
      commit: (text) => modeling.updateProperties(element, { script: text }),
    }),
  );
}

export function Stops({ given, set, context }) {
  const { stops, panels } = context.reference;
  return [
    h(Select, {
      label: '办理期间停止计时',
      value: given.stops_clock ?? '',
      none: '（不停止）',
      options: stops,
      commit: (value) => set({ stops_clock: value }),
    }),
    h(Select, {
      label: '办理时旁边显示',
      value: given.panel ?? '',
      none: '（不显示）',
      options: panels,
      commit: (value) => set({ panel: value }),
    }),
  ];
}
