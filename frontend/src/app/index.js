/** What every page has: HTMX, Tabler's behaviours, and ours, one module each. */
import './htmx-setup.js';
import '@tabler/core/dist/js/tabler.esm.js';
import './dirty-forms.js';
import './shortcuts.js';
import './row-selection.js';
import './row-link.js';
import './list-scroll.js';
import './upload-check.js';
import './submit-once.js';
import './auto-submit.js';
import './print.js';
import './poll.js';
import './nav-toggle.js';
import './notify.js';
