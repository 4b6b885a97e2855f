/** Ordinary forms are sent once: a second click while the answer is on its way does nothing. */

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === 'get' || form.hasAttribute('hx-post')) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '1';
  const button = event.submitter;
  if (button) {
    button.classList.add('is-busy');
    button.setAttribute('aria-busy', 'true');
  }
});

// Coming back with the browser's back button, or a download as the answer, must not leave the form dead.
function revive() {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('.is-busy')) {
      button.classList.remove('is-busy');
      button.removeAttribute('aria-busy');
    }
  }
}
window.addEventListener('pageshow', revive);
window.addEventListener('focus', () => setTimeout(revive, 3000));
