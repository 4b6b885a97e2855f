/** 法定依据: the legal steps that an element carries, searched in the catalogue by words or articles. */
import { h } from '@bpmn-io/properties-panel/preact';
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';
import { findSteps, namedSteps } from '../../design/server.js';

const ids = (value) => value.split(/\s+/).filter((one) => one && !one.startsWith('{'));

function Basis({ element, id, binding, article, jurisdiction }) {
  const injector = useService('injector');
  const value = binding.get(element);
  const [carried, setCarried] = useState([]);
  const [query, setQuery] = useState('');
  const [found, setFound] = useState([]);
  useEffect(() => {
    let current = true;
    (ids(value).length ? namedSteps(ids(value)) : Promise.resolve([])).then(
      (steps) => current && setCarried(steps),
    );
    return () => (current = false);
  }, [value]);
  useEffect(() => {
    if (query.trim().length < 2) return setFound([]);
    const timer = setTimeout(() => findSteps(query.trim(), jurisdiction).then(setFound), 250);
    return () => clearTimeout(timer);
  }, [query]);
  const write = (steps) => {
    binding.set(injector, element, steps.map((step) => step.id).join(' '));
    const articles = [...new Set(steps.map((step) => step.article))];
    article.set(injector, element, articles.join('、'));
  };
  if (value.startsWith('{'))
    return h(
      'div',
      { class: 'bio-properties-panel-entry' },
      h('p', { class: 'qc-entry-note' }, `由调用它的流程给出（${value}）`),
    );
  return h(
    'div',
    { class: 'bio-properties-panel-entry', 'data-entry-id': id },
    h(
      'ul',
      { class: 'qc-basis' },
      carried.map((step) =>
        h(
          'li',
          { key: step.id },
          h('strong', null, step.article),
          h('div', null, step.does),
          step.limit && h('div', { class: 'qc-entry-note' }, `条文期限：${step.limit}`),
          h(
            'button',
            {
              type: 'button',
              class: 'qc-entry-remove',
              onClick: () => write(carried.filter((one) => one.id !== step.id)),
            },
            '移除',
          ),
        ),
      ),
    ),
    h('label', { class: 'bio-properties-panel-label', for: `${id}-search` }, '查找条款'),
    h('input', {
      id: `${id}-search`,
      class: 'bio-properties-panel-input',
      placeholder: '文件、条款或内容中的词，如 第十五条 延期',
      value: query,
      onInput: (event) => setQuery(event.target.value),
    }),
    found.length > 0 &&
      h(
        'ul',
        { class: 'qc-found' },
        found.map((step) =>
          h(
            'li',
            { key: step.id },
            h(
              'button',
              {
                type: 'button',
                onClick: () => {
                  if (!carried.some((one) => one.id === step.id)) write([...carried, step]);
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

export const basis = (id, binding, article, jurisdiction) => ({
  id,
  component: (props) => h(Basis, { ...props, id, binding, article, jurisdiction }),
});
