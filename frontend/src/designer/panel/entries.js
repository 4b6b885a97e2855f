/** Entries of the panel, bound to what an element says. */
import { SelectEntry, TextAreaEntry, TextFieldEntry, CheckboxEntry } from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useService } from 'bpmn-js-properties-panel';
import { facts, setFacts } from './facts.js';

/** Reads and writes one property of an element, or of a part that a call activity hands on. */
export const ofProperty = (name) => ({
  get: (element) => facts(element)[name] ?? '',
  set: (injector, element, value) => setFacts(injector, element, { [name]: value }),
});

/** The facts that a call activity gives to a part of the sub-process that it calls. */
export function partsOf(element) {
  try {
    return JSON.parse(facts(element).parts || '{}');
  } catch {
    return {};
  }
}

/** @param {string} part @param {string} name */
export const ofPart = (part, name) => ({
  get: (element) => partsOf(element)[part]?.[name] ?? '',
  set: (injector, element, value) => {
    const parts = partsOf(element);
    const given = { ...parts[part], [name]: value };
    if (!value) delete given[name];
    setFacts(injector, element, { parts: JSON.stringify({ ...parts, [part]: given }) });
  },
});

function Bound({ kind, element, id, label, binding, options, description }) {
  const injector = useService('injector');
  const debounce = useService('debounceInput');
  const getValue = () => binding.get(element);
  const setValue = (value) => binding.set(injector, element, value ?? '');
  const common = { element, id, label, getValue, setValue, debounce, description };
  if (kind === 'select')
    return h(SelectEntry, { ...common, getOptions: () => withOther(options, getValue()) });
  if (kind === 'area') return h(TextAreaEntry, { ...common, rows: 3, autoResize: true });
  if (kind === 'check')
    return h(CheckboxEntry, {
      ...common,
      getValue: () => getValue() === 'true',
      setValue: (value) => setValue(value ? 'true' : ''),
    });
  return h(TextFieldEntry, common);
}

/** A value that is none of the options is kept and shown as it stands. */
function withOther(options, value) {
  const known = !value || options.some((one) => one.value === value);
  return [{ value: '', label: '（未定）' }, ...(known ? [] : [{ value, label: value }]), ...options];
}

const entry =
  (kind) =>
  (id, label, binding, more = {}) => ({
    id,
    component: (props) => h(Bound, { ...props, kind, id, label, binding, ...more }),
  });

export const text = entry('text');
export const area = entry('area');
export const check = entry('check');
export const select = entry('select');

/** A group that is left out when it has nothing to ask. */
export const group = (id, label, entries) => (entries.length ? [{ id, label, entries }] : []);
