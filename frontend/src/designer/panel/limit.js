/** 期限: value, unit and event, the expression beside them, and the date that it would give today. */
import { h } from '@bpmn-io/properties-panel/preact';
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';
import { limitInWords } from '../../design/server.js';

const UNITS = [
  ['days', '日'],
  ['workdays', '工作日'],
  ['months', '月'],
  ['years', '年'],
];
const SPAN = /^(days|workdays|months|years)\((\d+), since=(\w+)\)$/;

/** @param {string} source @returns {{unit: string, value: string, since: string} | null} none for what only the expression can say */
export function readSpan(source) {
  const found = SPAN.exec(source.trim());
  return found && { unit: found[1], value: found[2], since: found[3] };
}

/** @param {{unit: string, value: string, since: string}} span */
export function writeSpan({ unit, value, since }) {
  return value && since ? `${unit}(${Number(value)}, since=${since})` : '';
}

export function Limit({ element, id, binding, events }) {
  const injector = useService('injector');
  const source = binding.get(element);
  const [span, setSpan] = useState(readSpan(source) ?? { unit: 'months', value: '', since: '' });
  const [words, setWords] = useState({});
  useEffect(() => {
    const read = readSpan(source);
    if (read) setSpan(read);
    if (!source) return setWords({});
    let current = true;
    limitInWords(source).then((found) => current && setWords(found));
    return () => (current = false);
  }, [source]);
  const change = (given) => {
    const next = { ...span, ...given };
    setSpan(next);
    const written = writeSpan(next);
    if (written) binding.set(injector, element, written);
  };
  const plain = !source || readSpan(source);
  return h(
    'div',
    { class: 'bio-properties-panel-entry qc-limit', 'data-entry-id': id },
    plain &&
      h(
        'div',
        { class: 'qc-limit-row' },
        h('input', {
          class: 'bio-properties-panel-input',
          type: 'number',
          min: 1,
          'aria-label': '期限的长短',
          value: span.value,
          onChange: (event) => change({ value: event.target.value }),
        }),
        h(
          'select',
          {
            class: 'bio-properties-panel-input',
            'aria-label': '单位',
            value: span.unit,
            onChange: (event) => change({ unit: event.target.value }),
          },
          UNITS.map(([value, label]) => h('option', { value }, label)),
        ),
        h(
          'select',
          {
            class: 'bio-properties-panel-input',
            'aria-label': '起算',
            value: span.since,
            onChange: (event) => change({ since: event.target.value }),
          },
          h('option', { value: '' }, '自……起算'),
          events.map((one) => h('option', { value: one.value }, `自${one.label}起`)),
        ),
      ),
    h('label', { class: 'bio-properties-panel-label', for: `${id}-source` }, '期限表达式'),
    h('input', {
      id: `${id}-source`,
      class: `bio-properties-panel-input${words.problem ? ' qc-wrong' : ''}`,
      spellcheck: false,
      placeholder: '没有期限',
      value: source,
      onChange: (event) => binding.set(injector, element, event.target.value.trim()),
    }),
    words.problem && h('p', { class: 'qc-entry-problem', role: 'alert' }, words.problem),
    words.text && h('p', { class: 'qc-entry-note', title: words.explained }, words.text),
  );
}

export const limit = (id, binding, events) => ({
  id,
  component: (props) => h(Limit, { ...props, id, binding, events }),
});
