/** Zoom buttons. */
import { h, icon } from '../shared/dom.js';

/** @param {{zoom: (factor: number) => void, fit: () => void}} actions */
export function createToolbar({ zoom, fit }) {
  const button = (name, title, run) =>
    h(
      'button',
      { type: 'button', class: 'btn btn-icon btn-sm', title, 'aria-label': title, onclick: run },
      icon(name),
    );
  return h(
    'div',
    { class: 'qc-diagram-tools', role: 'group', 'aria-label': '缩放' },
    button('zoom-in', '放大', () => zoom(1.25)),
    button('zoom-out', '缩小', () => zoom(0.8)),
    button('maximize', '适合窗口', fit),
  );
}
