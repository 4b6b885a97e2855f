/**
 * `[data-poll="/address"]` (`data-poll-every="2"` seconds): replaces itself with what the address answers, until that
 * answer carries no `data-poll` any more. For the progress of long work.
 */
import htmx from './htmx-setup.js';
import { onEvery } from '../shared/dom.js';

onEvery('[data-poll]', (element) => {
  const seconds = Number(element.dataset.pollEvery) || 2;
  element.setAttribute('hx-get', element.dataset.poll);
  element.setAttribute('hx-trigger', `every ${seconds}s`);
  element.setAttribute('hx-swap', 'outerHTML');
  element.setAttribute('aria-live', 'polite');
  htmx.process(element);
});
