/**
 * Keeps the draft on the server: two seconds after the last change, or at once when asked. One request at a time; a
 * conflict stops it until the person has decided.
 */
import { NetworkError, request } from '../shared/http.js';
import { clock } from '../shared/format.js';

const WAIT = 2000;

/**
 * @typedef {object} DraftState
 * @property {'idle'|'dirty'|'saving'|'saved'|'offline'|'error'|'conflict'} state
 * @property {string | number | null} [at] when it was last saved
 * @property {string} [title]
 * @property {string} [text]
 * @property {{data: object, revision: number, saved_by?: string, saved_at?: string} | null} [other] the draft in the way
 */

/**
 * @param {object} options
 * @param {string} [options.url] no address, no drafts
 * @param {string} [options.csrf]
 * @param {() => object} options.read what is typed
 * @param {number} [options.revision] of the draft that the form began with; 0 when there was none
 * @param {(state: DraftState) => void} options.onState
 * @param {typeof request} [options.send]
 * @param {number} [options.wait]
 */
export function createDraftKeeper({
  url,
  csrf,
  read,
  revision: first = 0,
  onState,
  send = request,
  wait = WAIT,
}) {
  let revision = first;
  let timer = null;
  let running = null;
  let changes = 0;
  let savedChanges = 0;
  let stopped = false;
  let paused = false;
  let other = null;

  function touch() {
    changes += 1;
    if (!url || stopped || paused) return;
    onState({ state: 'dirty' });
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save(extra = {}) {
    clearTimeout(timer);
    if (!url) return false;
    if (running) {
      await running;
      if (isClean() || stopped) return isClean();
    }
    running = put(extra).finally(() => (running = null));
    return running;
  }

  async function put(extra) {
    const upTo = changes;
    onState({ state: 'saving' });
    try {
      const json = { data: read(), revision, ...extra };
      const answer = await send(url, { method: 'PUT', json, csrf });
      if (answer.ok) return saved(upTo, answer.body);
      if (answer.status === 409) return await conflict(answer.body);
      onState({
        state: 'error',
        text: answer.signedOut
          ? '登录已过期，暂存没有成功'
          : (answer.body?.detail ?? '暂存没有成功，请稍后再试'),
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      onState({ state: 'offline', text: '网络不通，内容仍在本页' });
      if (!paused) timer = setTimeout(save, wait * 5);
    }
    return false;
  }

  function saved(upTo, body) {
    savedChanges = upTo;
    revision = body?.revision ?? revision;
    if (isClean()) onState({ state: 'saved', at: body?.saved_at ?? Date.now() });
    else touch();
    return true;
  }

  async function conflict(body) {
    stopped = true;
    other = body?.other ?? null;
    const who = other?.saved_by || '别人';
    const when = other?.saved_at ? `于 ${clock(other.saved_at)} ` : '刚刚';
    onState({
      state: 'conflict',
      other,
      title: other
        ? `${who}${when}保存了另一份草稿。`
        : (body?.title ?? '这项任务刚刚有变动，暂存没有成功。'),
      text: other
        ? '您填写的内容仍在本页，没有丢失。请选择载入对方的草稿（本页内容将被替换），或用本页内容覆盖对方的草稿。'
        : `${body?.detail ?? ''} 您填写的内容仍在本页，没有丢失。`,
    });
    return false;
  }

  const isClean = () => changes === savedChanges;

  return {
    touch,
    isClean,
    saveNow: () => save(),
    /** Waits for a request under way and holds further ones back. */
    async pause() {
      paused = true;
      clearTimeout(timer);
      await running;
    },
    resume() {
      paused = false;
      if (!isClean() && !stopped && url) timer = setTimeout(save, wait);
    },
    overwrite() {
      stopped = false;
      revision = other?.revision ?? revision;
      other = null;
      return save({ overwrite: true });
    },
    /** The other draft was taken over: nothing of ours is left to save. */
    adopt({ saved_at: at, revision: taken = revision }) {
      stopped = false;
      revision = taken;
      other = null;
      savedChanges = changes;
      onState({ state: 'saved', at: at ?? Date.now() });
    },
  };
}
