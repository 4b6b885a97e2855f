/** 法定依据: the legal steps that an element carries, searched in the catalogue by words or articles. */
import { h, useEffect, useState } from '@bpmn-io/diagram-js-ui';
import { findSteps, namedSteps } from '../../design/server.js';
import { Group, Text, useOwnId } from './fields.js';

const ids = (value) => value.split(/\s+/).filter(Boolean);
const isPart = (value) => /^\{.*\}$/.test(value.trim());

/** @param {{basis: string, article: string, jurisdiction: string, set: (given: {basis?: string, article?: string}) => void}} given */
export function Law(given) {
  return h(Group, { title: '法定依据' }, h(LawFields, given));
}

export function LawFields({ basis, article, jurisdiction, set }) {
  return [
    isPart(basis)
      ? h('p', { class: 'qc-field-hint' }, `由调用这个流程的流程给出（${basis}）`)
      : h(Steps, { basis, jurisdiction, set }),
    h(Text, { label: '条款（显示给办理人）', value: article, commit: (text) => set({ article: text }) }),
  ];
}

function Steps({ basis, jurisdiction, set }) {
  const [known, setKnown] = useState({ basis: '', steps: [] });
  const [problem, setProblem] = useState('');
  const named = ids(basis);
  useEffect(() => {
    setProblem('');
    if (!named.length) return;
    let current = true;
    namedSteps(named).then(
      (steps) => current && setKnown({ basis, steps }),
      (error) => current && setProblem(`查不到条款：${error.message}`),
    );
    return () => (current = false);
  }, [basis]);
  const looked = !named.length || known.basis === basis;
  const about = (id, found = known.steps) => found.find((step) => step.id === id) ?? { id };

  /** The citation names all steps, so that none may be missing from it only because it was not looked up yet. */
  async function write(wanted, added = []) {
    let found = [...known.steps, ...added];
    try {
      if (!looked) found = await namedSteps(wanted);
    } catch (error) {
      return setProblem(`没有改动，查不到条款：${error.message}`);
    }
    const cited = wanted.map((id) => about(id, found)).filter((step) => step.article);
    set({ basis: wanted.join(' '), article: articlesOf(cited) });
  }
  return [
    h(
      'ul',
      { class: 'qc-basis' },
      named.map((id) =>
        h(Step, { key: id, step: about(id), drop: () => write(named.filter((one) => one !== id)) }),
      ),
    ),
    problem && h('p', { class: 'qc-field-problem', role: 'alert' }, problem),
    h(Search, {
      jurisdiction,
      add: (step) => !named.includes(step.id) && write([...named, step.id], [step]),
    }),
  ];
}

/** How a clerk cites several steps: each text once, its articles after it. */
export function articlesOf(steps) {
  const byText = new Map();
  for (const { article } of steps) {
    const [text, place] = [article.replace(/ ?第[^ ]*$/, ''), /第[^ ]*$/.exec(article)?.[0] ?? ''];
    byText.set(text, [...new Set([...(byText.get(text) ?? []), place])].filter(Boolean));
  }
  return [...byText].map(([text, places]) => `${text} ${places.join('、')}`.trim()).join('；');
}

function Step({ step, drop }) {
  return h(
    'li',
    null,
    h('strong', null, step.article ?? step.id),
    step.does && h('div', null, step.does),
    step.limit && h('div', { class: 'qc-field-hint' }, `条文期限：${step.limit}`),
    h('button', { type: 'button', class: 'qc-link', onClick: drop }, '移除'),
  );
}

function Search({ jurisdiction, add }) {
  const id = useOwnId();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setFound(null);
    setProblem('');
    if (query.trim().length < 2) return;
    let current = true;
    const timer = setTimeout(
      () =>
        findSteps(query.trim(), jurisdiction).then(
          (steps) => current && setFound(steps),
          (error) => current && setProblem(`现在不能查找：${error.message}`),
        ),
      250,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);
  return h(
    'div',
    { class: 'qc-field' },
    h('label', { for: id }, '查找条款'),
    h('input', {
      id,
      type: 'search',
      class: 'form-control form-control-sm',
      placeholder: '文件、条款或内容，如 第十五条 延期',
      value: query,
      onInput: (event) => setQuery(event.target.value),
    }),
    problem && h('p', { class: 'qc-field-problem', role: 'alert' }, problem),
    found &&
      h(
        'ul',
        { class: 'qc-found' },
        found.length ? null : h('li', { class: 'qc-field-hint' }, '没有找到，请换几个字'),
        found.map((step) =>
          h(
            'li',
            { key: step.id },
            h(
              'button',
              {
                type: 'button',
                onClick: () => {
                  add(step);
                  setQuery('');
                },
              },
              h('strong', null, step.article),
              ` ${step.does}`,
            ),
          ),
        ),
      ),
  );
}
