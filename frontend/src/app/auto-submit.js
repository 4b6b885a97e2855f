/** `[data-autosubmit]` on a select or check box: changing it sends its form (filters in the address bar). */

document.addEventListener('change', (event) => {
  if (event.target.matches?.('[data-autosubmit]')) event.target.form?.requestSubmit();
});
