/**
 * What an element says in our extension: properties, the service it calls, the table it asks.
 *
 * Each setter is one command, so that one step of undo takes it back.
 */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

/** @param {any} element */
const extensions = (element) => getBusinessObject(element).get('extensionElements')?.get('values') ?? [];

/** @param {any} element @param {string} type */
const find = (element, type) => extensions(element).find((value) => is(value, type));

/** @param {any} element @returns {Record<string, string>} */
export function facts(element) {
  const own = find(element, 'spiffworkflow:Properties');
  return Object.fromEntries((own?.get('properties') ?? []).map((one) => [one.name, one.value ?? '']));
}

/**
 * Sets properties; an empty value takes one away.
 *
 * @param {any} injector
 * @param {any} element
 * @param {Record<string, string|undefined>} given
 */
export function setFacts(injector, element, given) {
  const merged = { ...facts(element), ...given };
  const factory = injector.get('bpmnFactory');
  const properties = Object.entries(merged)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => factory.create('spiffworkflow:Property', { name, value }));
  replace(injector, element, 'spiffworkflow:Properties', properties.length ? { properties } : null);
}

/** @param {any} element @returns {{name: string, parameters: Record<string, string>}} */
export function service(element) {
  const found = find(element, 'spiffworkflow:ServiceTaskOperator');
  const parameters = found?.get('parameterList')?.get('parameters') ?? [];
  return {
    name: found?.id ?? '',
    parameters: Object.fromEntries(parameters.map((one) => [one.id, one.value ?? ''])),
  };
}

/**
 * @param {any} injector
 * @param {any} element
 * @param {{name: string, parameters: Record<string, string>}} given
 */
export function setService(injector, element, { name, parameters }) {
  const factory = injector.get('bpmnFactory');
  const made = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([id, value]) => factory.create('spiffworkflow:Parameter', { id, type: 'any', value }));
  const list = factory.create('spiffworkflow:Parameters', { parameters: made });
  made.forEach((one) => (one.$parent = list));
  replace(
    injector,
    element,
    'spiffworkflow:ServiceTaskOperator',
    name ? { id: name, resultVariable: '', parameterList: list } : null,
  );
}

/** @param {any} element */
export const decision = (element) => find(element, 'spiffworkflow:CalledDecisionId')?.decision ?? '';

/** @param {any} injector @param {any} element @param {string} value */
export function setDecision(injector, element, value) {
  replace(injector, element, 'spiffworkflow:CalledDecisionId', value ? { decision: value } : null);
}

/** Puts one extension in place of those of its type. */
function replace(injector, element, type, attributes) {
  const factory = injector.get('bpmnFactory');
  const object = getBusinessObject(element);
  const values = extensions(element).filter((value) => !is(value, type));
  if (attributes) {
    const made = factory.create(type, attributes);
    for (const child of Object.values(attributes)) {
      for (const one of Array.isArray(child) ? child : [child]) if (one && one.$type) one.$parent = made;
    }
    values.push(made);
  }
  const holder = values.length ? factory.create('bpmn:ExtensionElements', { values }) : undefined;
  values.forEach((value) => (value.$parent = holder));
  if (holder) holder.$parent = object;
  injector.get('modeling').updateModdleProperties(element, object, { extensionElements: holder });
}
