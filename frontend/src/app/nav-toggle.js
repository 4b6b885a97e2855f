/** `[data-nav-toggle]` opens and closes the navigation on narrow screens. */

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-nav-toggle]');
  const shell = document.querySelector('.qc-shell');
  if (!shell) return;
  if (button) {
    const open = shell.classList.toggle('is-nav-open');
    button.setAttribute('aria-expanded', String(open));
  } else if (!event.target.closest?.('.qc-nav')) {
    shell.classList.remove('is-nav-open');
    document.querySelector('[data-nav-toggle]')?.setAttribute('aria-expanded', 'false');
  }
});
