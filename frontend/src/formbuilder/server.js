/** What the form builder asks beside the content of the design. */
import { ask } from '../design/server.js';

export const aboutForms = (base) => ask(`${base}/forms/about`);
export const checkForm = (path, schema, ui) =>
  ask('/admin/designer/forms/check', { method: 'POST', json: { path, schema, ui } });
export const tryForm = (schema, data) =>
  ask('/admin/designer/forms/try', { method: 'POST', json: { schema, data } });
