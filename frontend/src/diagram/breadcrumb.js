/** Where one is among called sub-processes, and the way back. */
import { h } from '../shared/dom.js';

/** @param {(index: number) => void} onChoose */
export function createBreadcrumb(onChoose) {
  const list = h('ol', { class: 'breadcrumb' });
  const element = h('nav', { class: 'qc-diagram-levels', 'aria-label': '流程层级' }, list);
  return {
    element,
    /** @param {{name: string}[]} trail */
    show(trail) {
      element.hidden = trail.length < 2;
      list.replaceChildren(
        ...trail.map((level, i) =>
          i === trail.length - 1
            ? h('li', { class: 'breadcrumb-item active', 'aria-current': 'page' }, level.name)
            : h(
                'li',
                { class: 'breadcrumb-item' },
                h(
                  'button',
                  { type: 'button', class: 'btn btn-link p-0', onclick: () => onChoose(i) },
                  level.name,
                ),
              ),
        ),
      );
    },
  };
}
