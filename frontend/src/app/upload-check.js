/** `input[type=file][data-max-mb]`: says before sending that a file is too large or of the wrong kind. */
import { h } from '../shared/dom.js';
import { fileProblem } from '../shared/file-check.js';

document.addEventListener('change', (event) => {
  const input = event.target;
  if (!input.matches?.('input[type="file"][data-max-mb]')) return;
  const limits = { accept: input.accept, maxMb: Number(input.dataset.maxMb) };
  const problems = [...input.files].map((file) => fileProblem(file, limits)).filter(Boolean);
  const text = problems.join(' ');
  input.setCustomValidity(text);
  input.classList.toggle('is-invalid', text !== '');
  let note = input.parentElement.querySelector('.invalid-feedback[data-upload-note]');
  if (!note) {
    note = h('div', { class: 'invalid-feedback', role: 'alert', 'data-upload-note': true });
    input.insertAdjacentElement('afterend', note);
  }
  note.textContent = text;
});
