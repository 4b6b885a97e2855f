/** Keeps what is edited: saved by itself, found again after a closed browser, and joined with what somebody else has saved. */
import { askWhose } from '../design/conflict.js';
import { createSaving } from '../design/saving.js';

/**
 * @param {{base: string, host: HTMLElement, files: any, revision: number, flush: () => Promise<void>, say: (words: string, kind?: string) => void,
 *   joined: () => Promise<void>}} given `flush` puts what is on the screen into `files`, `joined` shows anew what another's save has changed
 */
export function createKeeping({ base, host, files, revision, flush, say, joined }) {
  const changed = async () => {
    await flush();
    return files.changes();
  };
  const saving = createSaving({ base, key: `qc-tables:${base}`, say, changed, conflict, replaced });
  saving.at(revision);

  /** Somebody else changed other files than those that are changed here. */
  async function replaced(theirs) {
    for (const [path, text] of Object.entries(theirs)) files.yieldTo(path, text);
    await joined();
  }

  async function conflict(other) {
    const who = other.saved_by;
    for (const path of files.merge(other.base, other.theirs)) {
      const [was, mine, theirs] = [other.base[path], files.text(path), other.theirs[path]];
      say(`${who}在您之后也改了 ${path}`, 'problem');
      const whose = await askWhose(host, { who, files: [{ path, base: was, mine, theirs }] });
      if (whose === 'theirs') files.yieldTo(path, theirs);
    }
    saving.at(other.revision);
    saving.touched();
    await joined();
    say(`已并入${who}保存的修改`);
  }

  /** What an earlier visit left unsaved, if nobody has saved since. */
  function recover() {
    const left = saving.left();
    if (!left?.files || left.revision !== revision) return;
    for (const [path, text] of Object.entries(left.files)) files.set(path, text);
    if (!Object.keys(files.changes()).length) return;
    saving.touched();
    say('已找回上次没有保存的修改');
  }

  return { touched: saving.touched, recover };
}
