/** Requests to our own server: JSON in, JSON or a problem document out. */

/** The request never got an answer. */
export class NetworkError extends Error {}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {boolean} ok
 * @property {any} body parsed JSON, or null
 * @property {boolean} signedOut the answer is a login page instead of JSON
 */

/**
 * @param {string} url
 * @param {{method?: string, json?: unknown, csrf?: string, headers?: Record<string, string>}} [options]
 * @returns {Promise<Answer>}
 */
export async function request(url, { method = 'GET', json, csrf, headers = {} } = {}) {
  const init = {
    method,
    credentials: 'same-origin',
    headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest', ...headers },
  };
  if (csrf) init.headers['X-CSRFToken'] = csrf;
  if (json !== undefined) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(json);
  }
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw new NetworkError(String(error));
  }
  const isJson = (response.headers.get('Content-Type') || '').includes('json');
  const body = isJson ? await response.json().catch(() => null) : null;
  const signedOut = response.status === 401 || (response.redirected && !isJson);
  return { status: response.status, ok: response.ok && !signedOut, body, signedOut };
}

/** @returns {string} a random UUID, also on plain http where crypto.randomUUID is missing */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
