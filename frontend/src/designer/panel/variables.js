/** What is known when a flow is reached: fields of the forms filled in before it, the nearest first, and what services and scripts gave. */
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { facts, partsOf, service } from './facts.js';

const LABELS = {
  grounds: '列入名单的情形',
  levels: '有哪些层级的机关',
  started_by: '由谁发起',
  audit_round: '第几轮审核',
};

/**
 * @param {any} flow the flow as bpmn-js knows it
 * @param {{registry: any, reference: any}} context
 * @returns {{name: string, title: string, from: string, type: any, values: {value: any, label: string}[]}[]}
 */
export function variablesBefore(flow, { registry, reference }) {
  const found = new Map();
  const add = (variable) => {
    const known = found.get(variable.name);
    if (!known) return found.set(variable.name, { ...variable });
    known.values = [
      ...known.values,
      ...variable.values.filter((value) => !known.values.some((one) => one.value === value.value)),
    ];
  };
  for (const node of nodesBefore(flow)) {
    const element = registry.get(node.id);
    for (const variable of element ? givenBy(element, node, reference) : []) add(variable);
  }
  for (const [name, title] of Object.entries(LABELS))
    add({ name, title, from: '案件', type: name === 'started_by' ? '' : 'array', values: [] });
  const choices = (one) => (one.name === 'decision' ? 0 : 1);
  return [...found.values()].sort((one, other) => choices(one) - choices(other));
}

/** Everything from which the flow can be reached, the nearest first. */
function nodesBefore(flow) {
  const seen = new Set();
  const queue = [flow.sourceRef];
  while (queue.length) {
    const node = queue.shift();
    if (!node || seen.has(node)) continue;
    seen.add(node);
    queue.push(
      ...(node.incoming ?? []).map((one) => one.sourceRef),
      node.attachedToRef,
      ...(node.flowElements ?? []).filter((one) => is(one, 'bpmn:Activity')),
    );
    if (is(node, 'bpmn:StartEvent') && is(node.$parent, 'bpmn:SubProcess')) queue.push(node.$parent);
  }
  return seen;
}

function givenBy(element, node, reference) {
  const from = node.name || '前面的环节';
  const plain = (name) => ({ name, title: name, from, type: '', values: [] });
  if (isAny(element, ['bpmn:UserTask', 'bpmn:CallActivity'])) {
    const own = [facts(element), ...Object.values(partsOf(element))].map((one) => one.formJsonSchemaFilename);
    return own.flatMap((form) => (reference.forms[form]?.fields ?? []).map((field) => ({ ...field, from })));
  }
  if (is(element, 'bpmn:ServiceTask')) {
    const operator = reference.operators.find((one) => one.value === service(element).name);
    return (operator?.gives ?? []).map(plain);
  }
  if (is(element, 'bpmn:ScriptTask'))
    return [...(node.script ?? '').matchAll(/^\s*([a-zA-Z_]\w*)\s*=(?!=)/gm)].map((one) => plain(one[1]));
  return [];
}
