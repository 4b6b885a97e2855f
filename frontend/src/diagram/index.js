/** Mounts a live diagram on every `[data-diagram]`. */
import { onEvery } from '../shared/dom.js';
import { mountDiagram } from './mount.js';

onEvery('[data-diagram]', mountDiagram);
