/** The same elements as a list: for the keyboard, for screen readers, and for paper. */
import { h } from '../shared/dom.js';
import { STATES, stateText } from './states.js';

/** @param {(id: string) => void} onChoose */
export function createList(onChoose) {
  const items = h('ol', {});
  const summary = h('summary', {}, '以列表查看各环节');
  const element = h('details', { class: 'qc-diagram-list' }, summary, items);

  return {
    element,
    /**
     * @param {{id: string, name: string, info: import('./states.js').ElementInfo}[]} entries
     * @param {boolean} live whether a case runs on the drawing
     */
    fill(entries, live) {
      element.hidden = entries.length === 0;
      items.replaceChildren(
        ...entries.map(({ id, name, info }) => {
          const state = STATES[info.state];
          const text = `${info.title || name || '未命名环节'} `;
          const word =
            state || live
              ? h('span', { class: `qc-diagram-state is-${info.state ?? 'open'}` }, stateText(state))
              : null;
          const more = (info.lines ?? []).length
            ? h('span', { class: 'text-secondary' }, info.lines.join('；'))
            : null;
          const button = h(
            'button',
            { type: 'button', class: 'btn btn-link p-0', onclick: () => onChoose(id) },
            text,
          );
          return h('li', {}, button, word, more);
        }),
      );
    },
  };
}
