/** Saves as one edits, tells how it stands, and never writes over what somebody else has saved. */
import { saveDesign } from './server.js';

const AFTER = 1500; // milliseconds without a change
const AGAIN = 8000; // after a failure

/**
 * @param {{base: string, key: string, changed: () => Promise<Record<string, string|null>>, say: (words: string, kind?: string) => void,
 *   conflict: (theirs: any) => Promise<void>, saved?: (files: Record<string, string|null>) => void}} given
 */
export function createSaving({ base, key, changed, say, conflict, saved: done = () => {} }) {
  let revision = 0;
  let timer = 0;
  let running = null;
  let dirty = false;

  function touched() {
    dirty = true;
    say('有修改，正在保存……');
    clearTimeout(timer);
    timer = setTimeout(save, AFTER);
  }

  async function save() {
    clearTimeout(timer);
    if (running) await running;
    if (!dirty) return true;
    running = once().finally(() => (running = null));
    return running;
  }

  async function once() {
    dirty = false;
    const files = await changed();
    keep(files);
    try {
      const saved = await saveDesign(base, revision, files);
      revision = saved.revision;
      done(files);
      forget();
      if (!dirty) say(`已保存 ${new Date(saved.saved_at).toLocaleTimeString('zh-CN', { hour12: false })}`);
      return true;
    } catch (error) {
      dirty = true;
      if (error.status === 409 && error.body?.theirs) {
        await conflict(error.body);
        return false;
      }
      say(error.message, 'problem');
      timer = setTimeout(save, AGAIN);
      return false;
    }
  }

  /** What is not saved yet survives a closed browser. */
  function keep(files) {
    try {
      localStorage.setItem(key, JSON.stringify({ revision, files }));
    } catch {
      /* the browser keeps nothing: what is on the screen is all there is */
    }
  }

  function forget() {
    localStorage.removeItem(key);
  }

  /** What was left unsaved by an earlier visit, if anything. */
  function left() {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null');
    } catch {
      return null;
    }
  }

  addEventListener('beforeunload', (event) => {
    if (dirty || running) event.preventDefault();
  });

  return {
    touched,
    save,
    left,
    forget,
    at: (given) => (revision = given),
    revision: () => revision,
    unsaved: () => dirty || running !== null,
  };
}
