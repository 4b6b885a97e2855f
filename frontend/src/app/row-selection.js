/**
 * `[data-select-rows]` around a table: check boxes `[data-row-check]` in the rows, `[data-check-all]` in the head, and a
 * `[data-bulk-bar]` that appears while rows are selected, with the number in `[data-bulk-count]`. Shift selects a range.
 * The check boxes belong to a form through their `form` attribute; the bar's buttons submit it.
 */
import { onEvery } from '../shared/dom.js';

onEvery('[data-select-rows]', (box) => {
  let last = null;
  const checks = () => [...box.querySelectorAll('[data-row-check]:not(:disabled)')];

  function refresh() {
    const all = checks();
    const chosen = all.filter((check) => check.checked);
    for (const check of all) check.closest('tr')?.classList.toggle('is-selected', check.checked);
    const head = box.querySelector('[data-check-all]');
    if (head) {
      head.checked = all.length > 0 && chosen.length === all.length;
      head.indeterminate = chosen.length > 0 && chosen.length < all.length;
    }
    const bar = box.querySelector('[data-bulk-bar]');
    if (bar) bar.hidden = chosen.length === 0;
    for (const count of box.querySelectorAll('[data-bulk-count]')) count.textContent = String(chosen.length);
  }

  function selectRange(from, to) {
    const all = checks();
    const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
    if (start < 0) return;
    for (const check of all.slice(start, end + 1)) check.checked = to.checked;
  }

  box.addEventListener('click', (event) => {
    if (event.target.matches('[data-bulk-clear]')) {
      for (const check of checks()) check.checked = false;
      refresh();
    }
    if (!event.target.matches('[data-row-check]')) return;
    if (event.shiftKey && last) selectRange(last, event.target);
    last = event.target;
    refresh();
  });
  box.addEventListener('change', (event) => {
    if (event.target.matches('[data-check-all]')) {
      for (const check of checks()) check.checked = event.target.checked;
    }
    refresh();
  });
  box.addEventListener('htmx:afterSettle', refresh);
  window.addEventListener('pageshow', refresh);
  refresh();
});
