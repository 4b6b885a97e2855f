/** What a trial asks of the server. */
import { ask } from '../design/server.js';

/** @param {string} base the address of the design */
export function serverAt(base) {
  const post = (path, json) => ask(`${base}/trial/${path}`, { method: 'POST', json });
  return {
    beginning: () => ask(`${base}/trial/beginning`),
    kept: () => ask(`${base}/trial/kept`),
    counties: (province) => ask(`${base}/trial/counties?${new URLSearchParams({ province })}`),
    enterprises: (q) => ask(`${base}/trial/enterprises?${new URLSearchParams({ q })}`),
    diagram: (process) => ask(`${base}/trial/diagram/${encodeURIComponent(process)}`),
    step: (given) => post('step', given),
    keep: (given) => post('keep', given),
    check: (path) => post('check', { path }),
    accept: (path) => post('accept', { path }),
  };
}
