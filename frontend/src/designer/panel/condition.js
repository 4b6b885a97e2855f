/** 条件: which answer of an earlier form leads this way, picked instead of typed; the expression stays visible. */
import { h } from '@bpmn-io/properties-panel/preact';
import { useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

const COMPARISONS = [
  ['==', '是'],
  ['!=', '不是'],
  ['>', '大于'],
  ['>=', '不小于'],
  ['<', '小于'],
  ['<=', '不大于'],
];
const SIMPLE = /^(\w+) (==|!=|>=|<=|>|<) ("(?:[^"\\]*)"|-?\d+(?:\.\d+)?|True|False)$/;

/** @param {string} source */
export function readCondition(source) {
  const found = SIMPLE.exec(source.trim());
  return (
    found && {
      field: found[1],
      comparison: found[2],
      value: found[3].replace(/^"|"$/g, ''),
      quoted: found[3].startsWith('"'),
    }
  );
}

/** @param {{field: string, comparison: string, value: string}} given @param {string} [type] */
export function writeCondition({ field, comparison, value }, type) {
  if (!field || value === '') return '';
  const plain = ['number', 'integer', 'boolean'].includes(type) || /^(True|False)$/.test(value);
  return `${field} ${comparison} ${plain ? value : JSON.stringify(value)}`;
}

function Condition({ element, id, fields }) {
  const injector = useService('injector');
  const flow = getBusinessObject(element);
  const gateway = flow.sourceRef;
  const source = flow.conditionExpression?.body ?? '';
  const [picked, setPicked] = useState(readCondition(source) ?? { field: '', comparison: '==', value: '' });
  const field = fields.find((one) => one.name === picked.field);
  const write = (body) => {
    const factory = injector.get('bpmnFactory');
    const conditionExpression = body ? factory.create('bpmn:FormalExpression', { body }) : undefined;
    injector.get('modeling').updateProperties(element, { conditionExpression });
  };
  const pick = (given) => {
    const next = { ...picked, ...given };
    setPicked(next);
    const body = writeCondition(next, fields.find((one) => one.name === next.field)?.type);
    if (body) write(body);
  };
  const setDefault = (on) =>
    injector
      .get('modeling')
      .updateProperties(injector.get('elementRegistry').get(gateway.id), { default: on ? flow : undefined });
  const isDefault = gateway?.default === flow;
  const simple = !source || readCondition(source);
  return h(
    'div',
    { class: 'bio-properties-panel-entry', 'data-entry-id': id },
    h(
      'label',
      { class: 'qc-entry-check' },
      h('input', {
        type: 'checkbox',
        checked: isDefault,
        onChange: (event) => setDefault(event.target.checked),
      }),
      ' 其他条件都不满足时走这里',
    ),
    !isDefault &&
      simple &&
      h(
        'div',
        { class: 'qc-condition' },
        h(
          'select',
          {
            class: 'bio-properties-panel-input',
            'aria-label': '哪一项',
            value: picked.field,
            onChange: (event) => pick({ field: event.target.value, value: '' }),
          },
          h('option', { value: '' }, '选择前面表单中的一项'),
          fields.map((one) => h('option', { value: one.name }, `${one.title}（${one.from}）`)),
        ),
        h(
          'select',
          {
            class: 'bio-properties-panel-input',
            'aria-label': '比较',
            value: picked.comparison,
            onChange: (event) => pick({ comparison: event.target.value }),
          },
          COMPARISONS.map(([value, label]) => h('option', { value }, label)),
        ),
        field?.values.length
          ? h(
              'select',
              {
                class: 'bio-properties-panel-input',
                'aria-label': '值',
                value: picked.value,
                onChange: (event) => pick({ value: event.target.value }),
              },
              h('option', { value: '' }, '选择'),
              field.values.map((one) => h('option', { value: inPython(one.value) }, one.label)),
            )
          : h('input', {
              class: 'bio-properties-panel-input',
              'aria-label': '值',
              value: picked.value,
              onChange: (event) => pick({ value: event.target.value.trim() }),
            }),
      ),
    !isDefault && h('label', { class: 'bio-properties-panel-label', for: `${id}-source` }, '条件表达式'),
    !isDefault &&
      h('input', {
        id: `${id}-source`,
        class: 'bio-properties-panel-input',
        spellcheck: false,
        value: source,
        onChange: (event) => write(event.target.value.trim()),
      }),
  );
}

const inPython = (value) => (value === true ? 'True' : value === false ? 'False' : String(value));

export const condition = (id, fields) => ({
  id,
  component: (props) => h(Condition, { ...props, id, fields }),
});
