/** 期限: how it is counted and from which event, the expression below, and the date that it would give today. */
import { h, useEffect, useRef, useState } from '@bpmn-io/diagram-js-ui';
import { limitInWords } from '../../design/server.js';
import { UNITS, WAYS, YEARS, readLimit, writeLimit } from '../language/limits.js';
import { Pick, Select, Text } from './fields.js';

/** @param {{source: string, events: {value: string, label: string}[], set: (source: string) => void, none?: string}} given */
export function Limit({ source, events, set, none }) {
  const read = readLimit(source);
  const [limit, setLimit] = useState(read);
  const [words, setWords] = useState({});
  const own = useRef(source); // what was written here is no news
  useEffect(() => {
    if (source !== own.current) setLimit(read);
    own.current = source;
    setWords({});
    if (!source || source.startsWith('{')) return;
    let current = true;
    limitInWords(source).then((found) => current && setWords(found));
    return () => (current = false);
  }, [source]);
  const change = (given) => {
    const next = { ...limit, ...given };
    setLimit(next);
    const written = writeLimit(next);
    if (written === null || written === source) return;
    own.current = written;
    set(written);
  };
  const since = (label, empty) =>
    h(Pick, {
      label,
      value: limit.since ?? '',
      none: empty,
      options: events,
      commit: (value) => change({ since: value }),
    });
  const fields = {
    none: () => null,
    text: () => null,
    span: () => [
      h(
        'div',
        { class: 'qc-row' },
        h(Amount, { label: '多长', value: limit.value, commit: (value) => change({ value }) }),
        h(Select, {
          label: '单位',
          value: limit.unit ?? 'months',
          none: null,
          options: UNITS,
          commit: (unit) => change({ unit }),
        }),
      ),
      since('从什么时候起算', '（选择起算的事件）'),
    ],
    yearly: () => [
      h(
        'div',
        { class: 'qc-row' },
        h(Select, {
          label: '年份',
          value: limit.years ?? '',
          none: null,
          options: YEARS,
          commit: (years) => change({ years }),
        }),
        h(Amount, { label: '月', value: limit.month, most: 12, commit: (month) => change({ month }) }),
        h(Amount, { label: '日', value: limit.day, most: 31, commit: (day) => change({ day }) }),
      ),
      since('本轮从什么时候开始', '（到办理时为止的下一个）'),
    ],
    fixed: () => [
      h(Text, {
        label: '写明日期的表单项',
        value: limit.day ?? '',
        code: true,
        commit: (day) => change({ day: day.trim() }),
        hint: '表单里填写期满日的那一项的标识，如 rectify_by',
      }),
      since('从什么时候起算', '（选择起算的事件）'),
    ],
  };
  return [
    h(Select, {
      label: '怎样计算',
      value: limit.way,
      none: null,
      options: WAYS.map((way) => (way.value === 'none' && none ? { ...way, label: none } : way)),
      commit: (way) => change({ way }),
    }),
    fields[limit.way](),
    (source || limit.way === 'text') &&
      h(Text, {
        label: '期限的表达式',
        value: source,
        code: true,
        area: source.length > 34,
        problem: words.problem,
        commit: (text) => set(text.trim()),
      }),
    words.text &&
      h(
        'details',
        { class: 'qc-example' },
        h('summary', null, words.text),
        words.explained && h('p', { class: 'qc-field-hint' }, words.explained),
      ),
  ];
}

/** Why a limit departs from its article on purpose. Without it the check says that it does. */
export function Reading({ reading, set }) {
  return h(Text, {
    label: '与条文期限不同的理由',
    value: reading ?? '',
    area: true,
    placeholder: '与条文一致的，不用写',
    commit: (text) => set(text.trim()),
  });
}

function Amount({ label, value, most, commit }) {
  return h(Text, { label, type: 'number', value: value ?? '', commit: (text) => commit(text), most });
}
