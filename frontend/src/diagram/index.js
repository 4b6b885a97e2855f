/** Mounts a live diagram on every `[data-diagram]`; those with `data-lazy` when they come into view. */
import { onEvery } from '../shared/dom.js';
import { mountDiagram } from './mount.js';

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      mountDiagram(target);
    }
  },
  { rootMargin: '200px' },
);

onEvery('[data-diagram]', (host) => ('lazy' in host.dataset ? seen.observe(host) : mountDiagram(host)));
