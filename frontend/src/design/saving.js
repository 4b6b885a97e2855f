/**
 * Saves as one edits, tells how it stands, and never writes over what somebody else has saved.
 *
 * Two people who changed different files both keep their work. Where they changed the same file, the person is asked.
 */
import { askWhose } from './conflict.js';
import { clashesOf } from './differences.js';
import { saveDesign } from './server.js';

const AFTER = 1500; // milliseconds without a change
const AGAIN = 8000; // after a failure that may pass

/**
 * @typedef {Record<string, string | null>} Files text by path; null for a file that goes
 *
 * @param {object} given
 * @param {string} given.base address of the design
 * @param {string} given.key under which the browser keeps what is not saved yet; each page its own
 * @param {() => Promise<Files>} given.changed the files that were changed on this page since it was opened, and no others; throws an error
 *   (with `files` to be kept in the browser) while they cannot be saved
 * @param {(words: string, kind?: string) => void} given.say
 * @param {HTMLElement} [given.host] where the person is asked whose work goes on
 * @param {(files: Files) => Promise<void> | void} [given.replaced] puts what somebody else saved on the page
 * @param {(files: Files) => void} [given.stored] told what was saved
 * @param {(other: any) => Promise<void>} [given.conflict] asks in another way; `other.clashes` are the paths that both changed
 * @param {typeof saveDesign} [given.send]
 */
export function createSaving({
  base,
  key,
  changed,
  say,
  host,
  replaced = () => {},
  stored = () => {},
  conflict,
  send = saveDesign,
}) {
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

  /** @returns {Promise<boolean>} whether everything is saved */
  async function save() {
    clearTimeout(timer);
    while (running) await running; // several may wait for the same save: each sees what is left after it
    if (!dirty) return true;
    running = once().finally(() => (running = null));
    return running;
  }

  async function once() {
    dirty = false;
    try {
      const files = await changed();
      keep(files);
      return await put(files);
    } catch (error) {
      dirty = true;
      if (error.files) keep(error.files);
      say(error.message, 'problem');
      if (error.mayPass) timer = setTimeout(save, AGAIN);
      return false;
    }
  }

  async function put(files) {
    try {
      const saved = await send(base, revision, files);
      revision = saved.revision;
      stored(files);
      if (!dirty) settled(`已保存 ${time(saved.saved_at)}`);
      return true;
    } catch (error) {
      if (error.status !== 409 || !error.body?.theirs) throw error;
      return await beside(error.body, files);
    }
  }

  /** Somebody else saved meanwhile: in other files, then both stay; or in the same. */
  async function beside(other, mine) {
    const clashes = clashesOf(mine, other);
    if (clashes.length) {
      dirty = true;
      await (conflict ?? ask)({ ...other, clashes, mine });
      return false;
    }
    revision = other.revision;
    const own = ownOf(mine, other);
    await replaced(news(other, own));
    const done = await put(own);
    if (done && !dirty) say(`已保存；${other.saved_by}同时修改了其他内容，两人的修改都在`);
    return done;
  }

  /** Asks whose work goes on where both changed the same; what only one of them changed stays as that one made it. */
  async function ask(other) {
    say(`${other.saved_by}在您之后保存过，您的修改还没有保存`, 'problem');
    const files = other.clashes.map((path) => ({
      path,
      base: other.base[path],
      mine: other.mine[path],
      theirs: other.theirs[path],
    }));
    const whose = await askWhose(host, { who: other.saved_by, files });
    revision = other.revision;
    const own = ownOf(other.mine, other);
    if (whose === 'theirs') for (const path of other.clashes) delete own[path];
    await replaced(news(other, own));
    if (Object.keys(own).length) return touched();
    dirty = false;
    settled(`已换成${other.saved_by}保存的内容`);
  }

  function settled(words) {
    forget();
    say(words);
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

  /**
   * Takes up what an earlier visit left unsaved, on top of what that visit had seen: whoever saved since is not overwritten.
   *
   * @param {Record<string, string>} now the files as they are saved
   * @param {(files: Files) => Promise<void> | void} take puts them on the page
   * @returns {Promise<boolean>} whether there was something
   */
  async function recover(now, take) {
    const found = left();
    const fresh = Object.entries(found?.files ?? {}).filter(([path, text]) => text !== (now[path] ?? null));
    if (!fresh.length) {
      forget();
      return false;
    }
    await take(Object.fromEntries(fresh));
    revision = found.revision;
    touched();
    say('已找回上次没有保存的修改，正在保存……');
    return true;
  }

  addEventListener('beforeunload', (event) => {
    if (dirty || running) event.preventDefault();
  });
  addEventListener('online', () => dirty && save());
  document.addEventListener('visibilitychange', () => document.hidden && dirty && save());
  document.addEventListener('click', leaveSaved);

  /** A link of the page saves first. */
  async function leaveSaved(event) {
    const link = event.target.closest?.('a[href]');
    const elsewhere =
      !link || link.target || link.hasAttribute('download') || link.origin !== location.origin;
    if (elsewhere || event.ctrlKey || event.metaKey || !(dirty || running)) return;
    event.preventDefault();
    if (await save()) location.assign(link.href);
  }

  return {
    touched,
    save,
    left,
    forget,
    recover,
    at: (given) => (revision = given),
    revision: () => revision,
    unsaved: () => dirty || running !== null,
  };
}

/** What was changed on this page since both saw the same. */
const ownOf = (mine, { base }) =>
  Object.fromEntries(Object.entries(mine).filter(([path]) => !same(path, mine, base)));

/** What somebody else has saved, but for the files that are one's own; null for those that they took away. */
function news({ base, theirs }, own) {
  const gone = Object.keys(base).filter((path) => !(path in theirs));
  const all = { ...theirs, ...Object.fromEntries(gone.map((path) => [path, null])) };
  return Object.fromEntries(Object.entries(all).filter(([path]) => !(path in own)));
}

const same = (path, mine, base) => (mine[path] ?? null) === (base[path] ?? null);

const time = (at) => new Date(at).toLocaleTimeString('zh-CN', { hour12: false });
