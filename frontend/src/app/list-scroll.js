/**
 * `[data-remember-scroll]`: coming back to a list shows the place where one left it. Kept per address for the session;
 * going there afresh through the navigation starts at the top.
 */
import { whenReady } from '../shared/dom.js';

const key = (url) => `scroll:${url.pathname}${url.search}`;

whenReady(() => {
  if (!document.querySelector('[data-remember-scroll]')) return;
  const mine = key(window.location);
  const kept = Number(sessionStorage.getItem(mine));
  if (kept > 0 && !window.location.hash) window.scrollTo(0, kept);
  window.addEventListener('pagehide', () => sessionStorage.setItem(mine, String(window.scrollY)));
});

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('.qc-nav a[href]');
  if (link) sessionStorage.removeItem(key(link));
});
