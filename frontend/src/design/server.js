/** What the designer asks of the server. Every answer is the body, or an error with a sentence for the person. */
import { NetworkError, request } from '../shared/http.js';

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

/** The server refused, with a sentence; `body` is the whole answer. */
export class Refused extends Error {
  constructor(status, body, signedOut) {
    super(
      signedOut
        ? '登录已过期，请在另一个窗口重新登录后再保存；修改仍留在这里'
        : body?.detail || '操作没有成功，请稍后再试',
    );
    this.status = status;
    this.body = body;
    this.signedOut = signedOut;
  }
}

export async function ask(url, options) {
  let answer;
  try {
    answer = await request(url, { ...options, csrf: csrf() });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new Refused(0, { detail: '网络不通，修改仍留在这里，恢复后会自动保存' });
  }
  if (!answer.ok) throw new Refused(answer.status, answer.body, answer.signedOut);
  return answer.body;
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
