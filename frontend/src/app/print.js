/** `[data-print]` prints the page; folded details are opened for the paper and folded again. */

document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) window.print();
});

let opened = [];
window.addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('details:not([open]):not([data-no-print])')];
  for (const details of opened) details.open = true;
});
window.addEventListener('afterprint', () => {
  for (const details of opened) details.open = false;
  opened = [];
});
