/** The buttons over the drawing, in groups. */
import { h, icon } from '../shared/dom.js';

/**
 * @param {{icon: string, label: string, act: () => Promise<void> | void, quiet?: boolean, style?: string}[][]} groups `quiet` buttons show their icon alone
 * @param {(error: Error) => void} failed
 * @returns {{element: HTMLElement, button: (label: string) => HTMLButtonElement}}
 */
export function createBar(groups, failed) {
  const buttons = new Map();
  const made = groups.map((group) => h('div', { class: 'btn-group', role: 'group' }, ...group.map(button)));
  const element = h('div', { class: 'qc-designer-bar', role: 'toolbar', 'aria-label': '流程图' }, ...made);

  function button({ icon: name, label, act, quiet, style = '' }) {
    const own = h(
      'button',
      {
        type: 'button',
        class: `btn btn-sm ${style}`.trim(),
        title: label,
        'aria-label': quiet ? label : null,
      },
      icon(name),
      quiet ? null : h('span', null, label),
    );
    own.addEventListener('click', async () => {
      if (own.hasAttribute('aria-busy')) return; // what was asked for is under way
      own.setAttribute('aria-busy', 'true');
      try {
        await act();
      } catch (error) {
        failed(error);
      } finally {
        own.removeAttribute('aria-busy');
      }
    });
    buttons.set(label, own);
    return own;
  }

  return { element, button: (label) => buttons.get(label) };
}

/** A button that unfolds further ones. */
export function createMenu({ icon: name, label, entries }, failed) {
  const items = entries.map(([words, act]) => {
    const item = h('button', { type: 'button', class: 'dropdown-item' }, words);
    item.addEventListener('click', () => act().catch(failed));
    return item;
  });
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'btn btn-sm dropdown-toggle',
      'data-bs-toggle': 'dropdown',
      'aria-expanded': 'false',
    },
    icon(name),
    h('span', null, label),
  );
  return h('div', { class: 'dropdown' }, toggle, h('div', { class: 'dropdown-menu' }, ...items));
}
