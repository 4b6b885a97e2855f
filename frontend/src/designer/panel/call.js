/** 调用: another process as one step of this one, and the facts of each of its parts. */
import { h } from '@bpmn-io/diagram-js-ui';
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import { LawFields } from './basis.js';
import { partsOf, setPart } from './facts.js';
import { Group, Pick, Text } from './fields.js';
import { Limit, Reading } from './limit.js';
import { Work } from './work.js';

const calledBy = (element) => getBusinessObject(element).calledElement ?? '';

/** Which process is called. */
export function Called({ element, context }) {
  const { processes } = context.reference;
  const called = calledBy(element);
  return h(
    Group,
    { title: '调用' },
    h(Pick, {
      label: '调用的流程',
      value: called,
      options: processes
        .filter((one) => one.called)
        .map((one) => ({ value: one.value, label: one.label, hint: one.value })),
      commit: (value) =>
        context.injector.get('modeling').updateProperties(element, { calledElement: value || undefined }),
      hint: processes.find((one) => one.value === called)?.purpose,
    }),
  );
}

/** What the called process asks for, part by part, and what else is given. */
export function Parts({ element, context }) {
  const called = calledBy(element);
  const given = partsOf(element);
  const known = context.reference.processes.find((one) => one.value === called)?.parts ?? [];
  const others = Object.keys(given)
    .filter((part) => !known.some((one) => one.value === part))
    .map((value) => ({ value, label: value, human: true }));
  return [...known, ...others].map((part) =>
    h(Part, { key: `${called}-${part.value}`, part, given: given[part.value], element, context }),
  );
}

const ASKED = [
  'basis',
  'article',
  'actor',
  'due',
  'reading',
  'name',
  'formJsonSchemaFilename',
  'formUiSchemaFilename',
];

function Part({ part, given, element, context }) {
  const facts = given ?? {};
  const set = (changes) => setPart(context.injector, element, part.value, changes);
  const missing = given ? '' : part.optional ? '（可以不给）' : '（还没有填）';
  const others = Object.keys(facts).filter((name) => !ASKED.includes(name));
  return h(
    Group,
    { title: `其中“${part.label}”${missing}`, closed: Boolean(given) },
    h(LawFields, {
      basis: facts.basis ?? '',
      article: facts.article ?? '',
      jurisdiction: context.jurisdiction,
      set,
    }),
    part.human && h(Text, { label: '名称', value: facts.name ?? '', commit: (name) => set({ name }) }),
    part.human &&
      h(Work, {
        given: facts,
        set,
        title: facts.name || part.label,
        context,
      }),
    h(Limit, { source: facts.due ?? '', events: context.events, set: (due) => set({ due }) }),
    (facts.due || facts.reading) &&
      h(Reading, { reading: facts.reading, set: (reading) => set({ reading }) }),
    others.map((name) =>
      h(Text, {
        key: name,
        label: name,
        code: true,
        value: typeof facts[name] === 'string' ? facts[name] : JSON.stringify(facts[name]),
        commit: (text) => set({ [name]: text }),
      }),
    ),
  );
}
