/** Mounts the form of a task on `#task-form`; its model is the JSON in the element that `data-model` names. */
import { createRoot } from 'react-dom/client';
import { whenReady } from '../shared/dom.js';
import { TaskForm } from './TaskForm.jsx';

whenReady(() => {
  const host = document.getElementById('task-form');
  if (!host) return;
  const source = document.querySelector(host.dataset.model || '#form-model');
  let model;
  try {
    model = JSON.parse(source.textContent);
  } catch {
    host.textContent = '表单没有取到，请刷新页面；仍然如此时请联系系统管理员。';
    return;
  }
  createRoot(host).render(<TaskForm model={model} />);
});
