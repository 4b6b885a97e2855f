/** The process as a whole: what it is, where and since when it holds, who begins it. */
import { h } from '@bpmn-io/diagram-js-ui';
import { isoDay } from '../../shared/format.js';
import { facts, setFacts } from './facts.js';
import { Check, Group, Pick, Select, Text } from './fields.js';

const STARTS = [
  { value: 'manual', label: '由人发起' },
  { value: 'roster', label: '从名单开始' },
  { value: 'service', label: '由其他案件引起' },
  { value: 'called', label: '由其他流程调用' },
];
const ABOUT = [
  { value: 'enterprise', label: '一家企业' },
  { value: 'none', label: '不针对企业' },
];
const words = (text) => (text ?? '').split(/\s+/).filter(Boolean);

export function Process({ element, context }) {
  const { kinds, jurisdictions, actors, processes } = context.reference;
  const given = facts(element);
  const set = (changes) => setFacts(context.injector, element, changes);
  const starts = words(given.starts);
  const date = (name, label, hint) =>
    h(Text, {
      label,
      value: given[name] ?? '',
      placeholder: '2026-01-01',
      hint,
      commit: (text) => {
        const value = text.trim() ? isoDay(text) : '';
        if (value !== null) set({ [name]: value });
      },
    });
  return [
    h(
      Group,
      { title: '流程' },
      h(Pick, { label: '类别', value: given.kind ?? '', options: kinds, commit: (kind) => set({ kind }) }),
      h(Select, {
        label: '地区',
        value: given.jurisdiction ?? '',
        options: jurisdictions,
        commit: (jurisdiction) => set({ jurisdiction }),
      }),
      date('in_force_from', '依据施行日'),
      date('in_force_to', '依据失效日', '没有失效日的不填'),
    ),
    h(
      Group,
      { title: '怎样开始' },
      STARTS.map((one) =>
        h(Check, {
          key: one.value,
          label: one.label,
          on: starts.includes(one.value),
          commit: (on) => set({ starts: toggled(starts, one.value, on) }),
        }),
      ),
      (starts.includes('manual') || starts.includes('roster')) &&
        h(Several, {
          label: '哪些单位可以发起',
          value: words(given.starter),
          options: actors,
          commit: (list) => set({ starter: list.join(' ') }),
        }),
      starts.includes('manual') &&
        h(Select, {
          label: '针对',
          value: given.about ?? '',
          none: '一家企业',
          options: ABOUT.filter((one) => one.value === 'none' || given.about === 'enterprise'),
          commit: (about) => set({ about }),
        }),
      starts.includes('roster') && [
        h(Pick, {
          label: '由哪个流程公布名单',
          value: given.publication ?? '',
          options: processes.map((one) => ({ value: one.value, label: one.label, hint: one.value })),
          commit: (publication) => set({ publication }),
        }),
        h(Text, {
          label: '名单叫什么',
          value: given.list_name ?? '',
          placeholder: '强制性审核名单',
          commit: (name) => set({ list_name: name }),
        }),
        h(Text, {
          label: '列入的情形',
          value: given.grounds ?? '',
          area: true,
          code: true,
          hint: '如 {"1": "第一类：超标准排放"}',
          commit: (text) => set({ grounds: text.trim() }),
        }),
      ],
    ),
    ['instead_of', 'optional_parts'].some((name) => given[name]) &&
      h(
        Group,
        { title: '与其他流程的关系', closed: true },
        given.instead_of &&
          h(Text, {
            label: '在本地代替哪些国家流程',
            code: true,
            value: given.instead_of,
            commit: (text) => set({ instead_of: text.trim() }),
          }),
        given.optional_parts &&
          h(Text, {
            label: '调用时可以不给的部分',
            code: true,
            value: given.optional_parts,
            commit: (text) => set({ optional_parts: text.trim() }),
          }),
      ),
  ];
}

/** In the order of the choices that are offered, so that the same choice is always written the same. */
function toggled(chosen, value, on) {
  const order = STARTS.map((one) => one.value);
  const next = on ? [...chosen, value] : chosen.filter((one) => one !== value);
  return next.sort((one, other) => order.indexOf(one) - order.indexOf(other)).join(' ');
}

function Several({ label, value, options, commit }) {
  const left = options.filter((one) => !value.includes(one.value));
  return [
    h(
      'ul',
      { class: 'qc-several', 'aria-label': `${label}：已选` },
      value.map((one) =>
        h(
          'li',
          { key: one },
          options.find((option) => option.value === one)?.label ?? one,
          h(
            'button',
            { type: 'button', class: 'qc-link', onClick: () => commit(value.filter((each) => each !== one)) },
            '移除',
          ),
        ),
      ),
    ),
    h(Pick, {
      key: value.join(' '),
      label,
      value: '',
      none: '（再加一个单位）',
      options: left,
      commit: (one) => one && commit([...value, one]),
    }),
  ];
}
