/**
 * What an element says in our extension: properties, the service it calls, the table it asks, the parts it hands on.
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
  const factory = injector.get('bpmnFactory');
  const properties = Object.entries({ ...facts(element), ...given })
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => factory.create('spiffworkflow:Property', { name, value }));
  replace(injector, element, 'spiffworkflow:Properties', properties.length ? { properties } : null);
}

/** The facts that a call activity gives to the parts of the sub-process that it calls. */
export function partsOf(element) {
  try {
    return JSON.parse(facts(element).parts || '{}');
  } catch {
    return {};
  }
}

/**
 * Sets facts of a part. The legal steps of the parts are those of the call activity, so that its own `basis` follows.
 *
 * @param {any} injector
 * @param {any} element
 * @param {string} part
 * @param {Record<string, string>} given
 */
export function setPart(injector, element, part, given) {
  const before = partsOf(element);
  const merged = { ...before[part], ...given };
  const own = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
  const parts = { ...before, [part]: own };
  if (!Object.keys(own).length) delete parts[part];
  const text = Object.keys(parts).length ? JSON.stringify(parts) : '';
  const basis = 'basis' in given ? { basis: following(facts(element).basis ?? '', before, parts) } : {};
  setFacts(injector, element, { ...basis, parts: text });
}

const words = (text) => (text ?? '').split(/\s+/).filter(Boolean);
const stepsOf = (parts) => Object.values(parts).flatMap((part) => words(part.basis));

/** The steps of a call activity after those of its parts have changed. */
function following(basis, before, after) {
  const now = stepsOf(after).filter((step) => !step.startsWith('{'));
  const gone = new Set(stepsOf(before).filter((step) => !now.includes(step)));
  return [...new Set([...words(basis).filter((step) => !gone.has(step)), ...now])].join(' ');
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

/** Puts one extension in place of those of its type, where it stood. */
function replace(injector, element, type, attributes) {
  const factory = injector.get('bpmnFactory');
  const object = getBusinessObject(element);
  const before = extensions(element);
  const place = before.findIndex((value) => is(value, type));
  const values = before.filter((value) => !is(value, type));
  if (attributes) {
    const made = factory.create(type, attributes);
    for (const child of Object.values(attributes)) {
      for (const one of Array.isArray(child) ? child : [child]) if (one && one.$type) one.$parent = made;
    }
    values.splice(place < 0 ? values.length : place, 0, made);
  }
  const holder = values.length ? factory.create('bpmn:ExtensionElements', { values }) : undefined;
  values.forEach((value) => (value.$parent = holder));
  if (holder) holder.$parent = object;
  injector.get('modeling').updateModdleProperties(element, object, { extensionElements: holder });
}
