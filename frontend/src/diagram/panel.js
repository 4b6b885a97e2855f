/** The panel beside the drawing: who, when, opinion and article of the chosen element. */
import { h } from '../shared/dom.js';
import { STATES, stateText } from './states.js';

/**
 * @param {{onDrill: (process: string) => void, onClose: () => void, canDrill: (process: string) => boolean}} options
 */
export function createPanel({ onDrill, onClose, canDrill }) {
  const body = h('div', { class: 'qc-diagram-panel-body' });
  const close = h('button', { type: 'button', class: 'btn-close', 'aria-label': '关闭', onclick: onClose });
  const element = h(
    'aside',
    { class: 'qc-diagram-panel', 'aria-label': '环节信息', 'aria-live': 'polite' },
    close,
    body,
  );
  element.hidden = true;

  return {
    element,
    hide() {
      element.hidden = true;
    },
    /**
     * @param {import('./states.js').ElementInfo} info
     * @param {string} name
     * @param {boolean} live whether a case runs on the drawing
     */
    show(info, name, live) {
      const state = STATES[info.state];
      const lines = (info.lines ?? []).map((line) => h('li', {}, line));
      body.replaceChildren(
        h('h3', {}, info.title || name || '未命名环节'),
        ...(state || live
          ? [h('p', { class: `qc-diagram-state is-${info.state ?? 'open'}` }, stateText(state))]
          : []),
        ...(lines.length ? [h('ul', {}, ...lines)] : []),
        ...(lines.length || !live ? [] : [h('p', { class: 'text-secondary' }, '还没有办理记录。')]),
        ...(info.article
          ? [h('p', { class: 'qc-diagram-article' }, h('strong', {}, '依据 '), info.article)]
          : []),
        ...(info.calls && canDrill(info.calls)
          ? [
              h(
                'button',
                { type: 'button', class: 'btn btn-sm', onclick: () => onDrill(info.calls) },
                '打开子流程',
              ),
            ]
          : []),
      );
      element.hidden = false;
    },
  };
}
