/** The form builder of a design, mounted on `[data-formbuilder]`. */
import { createRoot } from 'react-dom/client';
import { h, whenReady } from '../shared/dom.js';
import { App } from './App.jsx';

whenReady(() => {
  const host = document.querySelector('[data-formbuilder]');
  if (!host) return;
  const notices = h('div');
  const room = h('div');
  host.replaceChildren(notices, room);
  const { formbuilder: base, key } = host.dataset;
  createRoot(room).render(<App base={base} process={key} notices={notices} />);
});
