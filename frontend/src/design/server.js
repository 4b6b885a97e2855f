/** What the designer asks of the server. Every answer is the body, or an error with a sentence for the person. */
import { NetworkError, request } from '../shared/http.js';

const tag = () => document.querySelector('meta[name="csrf-token"]');

/** The server refused, with a sentence; `body` is the whole answer. */
export class Refused extends Error {
  constructor(status, body, signedOut) {
    super(
      signedOut
        ? '登录已过期，请在另一个窗口重新登录，之后会自动保存；修改仍留在这里'
        : body?.detail || '操作没有成功，请稍后再试',
    );
    this.status = status;
    this.body = body;
    this.signedOut = Boolean(signedOut);
  }

  /** Whether the same may succeed later without any change by the person. */
  get mayPass() {
    return this.signedOut || [0, 400, 429].includes(this.status) || this.status >= 500;
  }
}

/** @param {string} url @param {object} [options] as `request` takes them */
export async function ask(url, options) {
  let answer;
  try {
    answer = await request(url, { ...options, csrf: tag()?.content ?? '' });
    if (answer.status === 400 && (await renewed()))
      answer = await request(url, { ...options, csrf: tag().content });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new Refused(0, { detail: '网络不通，修改仍留在这里，恢复后会自动保存' });
  }
  if (!answer.ok) throw new Refused(answer.status, answer.body, answer.signedOut);
  return answer.body;
}

/** Whoever signed in again in another window has another token: takes it from this page as it is now. Throws when nobody is signed in. */
async function renewed() {
  const answer = await fetch(location.href, { credentials: 'same-origin' }).catch((error) => {
    throw new NetworkError(String(error));
  });
  if (answer.redirected) throw new Refused(401, null, true);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const token = page.querySelector('meta[name="csrf-token"]')?.content;
  if (!token || token === tag().content) return false;
  tag().content = token;
  return true;
}

export const loadDesign = (base) => ask(`${base}/content`);
export const saveDesign = (base, revision, files) =>
  ask(`${base}/content`, { method: 'PUT', json: { revision, files } });
export const checkDesign = (base, files) => ask(`${base}/check`, { method: 'POST', json: { files } });
export const finishDesign = (base, revision) => ask(`${base}/finish`, { method: 'POST', json: { revision } });
export const findSteps = (q, jurisdiction) =>
  ask(`/admin/designer/steps?${new URLSearchParams({ q, jurisdiction })}`);
export const namedSteps = (ids) =>
  ask(`/admin/designer/steps?${new URLSearchParams({ ids: ids.join(' ') })}`);
export const limitInWords = (source) =>
  ask('/admin/designer/limit', { method: 'POST', json: { source } }).catch((error) => ({
    problem: error.message,
  }));
