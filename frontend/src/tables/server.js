/** What the page of decision tables asks of the server. */
import { ask } from '../design/server.js';

export const listTables = (base) => ask(`${base}/tables/list`);
export const evaluate = (base, path, files) =>
  ask(`${base}/tables/evaluate`, { method: 'POST', json: { path, files } });
export const newTable = (base, given) => ask(`${base}/tables/new`, { method: 'POST', json: given });
