/** `/` goes to the search box; `Escape` leaves it. */

/** @param {Element} element */
const takesText = (element) =>
  element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName ?? '');

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const search = document.querySelector('[data-search]');
  if (!search) return;
  if (event.key === '/' && !takesText(event.target)) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === 'Escape' && event.target === search) {
    search.blur();
  }
});
