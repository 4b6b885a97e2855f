/** `form[data-dirty-guard]`: asks before leaving a form with unsaved input. */
import { onEvery } from '../shared/dom.js';

const dirty = new Set();

onEvery('form[data-dirty-guard]', (form) => {
  form.addEventListener('input', () => dirty.add(form));
  form.addEventListener('change', () => dirty.add(form));
  form.addEventListener('reset', () => dirty.delete(form));
  form.addEventListener('submit', () => dirty.delete(form));
});

window.addEventListener('beforeunload', (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});
