/** `tr[data-href]`: a click anywhere in the row opens it. The row still holds a real link for the keyboard. */

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a, button, input, select, textarea, label, summary')) return;
  if (String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, '_blank', 'noopener');
  else window.location.assign(row.dataset.href);
});
