/** What a trial asks of the server. Every answer is the body, or an error with sentences for the person. */
import { NetworkError, request } from '../shared/http.js';

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

/** The server refused; `mistakes` and `problems` say what of the start or of the drawing, `errors` which fields. */
export class Refused extends Error {
  constructor(answer) {
    const body = answer.body ?? {};
    super(
      answer.signedOut ? '登录已过期，请重新登录；试运行可以接着走' : body.detail || '没有成功，请稍后再试',
    );
    this.answer = answer;
    this.mistakes = body.mistakes ?? [];
    this.problems = body.problems ?? [];
  }
}

async function ask(url, json) {
  let answer;
  try {
    answer = await request(url, json === undefined ? {} : { method: 'POST', json, csrf: csrf() });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    answer = { status: 0, ok: false, body: { detail: '网络不通，走到的地方还在，请稍后再点一次' } };
  }
  if (!answer.ok) throw new Refused(answer);
  return answer.body;
}

/** @param {string} base the address of the design */
export function serverAt(base) {
  return {
    beginning: () => ask(`${base}/trial/beginning`),
    counties: (province) => ask(`${base}/trial/counties?${new URLSearchParams({ province })}`),
    enterprises: (q) => ask(`${base}/trial/enterprises?${new URLSearchParams({ q })}`),
    diagram: (process) => ask(`${base}/trial/diagram/${encodeURIComponent(process)}`),
    step: (given) => ask(`${base}/trial/step`, given),
    keep: (given) => ask(`${base}/trial/keep`, given),
    check: (path) => ask(`${base}/trial/check`, { path }),
    accept: (path) => ask(`${base}/trial/accept`, { path }),
  };
}
