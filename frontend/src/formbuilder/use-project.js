/** The state of the builder: the forms with their history, and how they are saved. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { askWhose } from '../design/conflict.js';
import { createSaving } from '../design/saving.js';
import {
  back,
  begin,
  bothChanged,
  changedFiles,
  differences,
  forth,
  readForms,
  step,
  withChanges,
} from './project.js';

const CHANGES = { added: '新增', removed: '删除', changed: '修改' };

/**
 * @param {{base: string, design: any, notices: HTMLElement}} given
 */
export function useProject({ base, design, notices }) {
  const first = useMemo(() => readForms(design.files), [design]);
  const [history, setHistory] = useState(() => begin(first.forms));
  const [state, setState] = useState({ words: '', kind: '' });
  const live = useRef({ files: design.files, forms: first.forms });
  live.current.forms = history.now;

  const saving = useMemo(() => {
    const made = createSaving({
      base,
      key: `qc-forms:${base}`,
      say: (words, kind = '') => setState({ words, kind }),
      changed: async () => changedFiles(live.current.forms, live.current.files, first.broken),
      saved: (files) => (live.current.files = withChanges(live.current.files, files)),
      conflict: (other) => settle(other),
    });
    made.at(design.revision);
    return made;
    async function settle(other) {
      const mine = changedFiles(live.current.forms, live.current.files, first.broken);
      const both = bothChanged(mine, other.base, other.theirs);
      let keep = mine;
      if (both.length) {
        const rows = both.flatMap((path) => rowsOf(path, other, mine));
        const whose = await askWhose(notices, { who: other.saved_by, rows, what: '字段' });
        if (whose === 'theirs') keep = without(mine, both);
      }
      made.at(other.revision);
      live.current.files = other.theirs;
      const merged = readForms(withChanges(other.theirs, keep)).forms;
      setHistory((before) => step(before, merged));
      live.current.forms = merged;
      if (Object.keys(keep).length) made.touched();
      else made.forget();
      setState({ words: `已合并${other.saved_by}保存的内容`, kind: '' });
    }
  }, [base, design, first, notices]);

  const change = useCallback(
    (next, tag) => {
      setHistory((before) => step(before, typeof next === 'function' ? next(before.now) : next, tag));
      saving.touched();
    },
    [saving],
  );
  const travel = useCallback(
    (direction) => {
      setHistory(direction);
      saving.touched();
    },
    [saving],
  );

  /** What a closed browser left unsaved is taken back; on top of a later save of somebody else it is told apart from that. */
  useEffect(() => {
    const left = saving.left();
    if (!left?.files || !Object.keys(left.files).length) return;
    saving.at(left.revision);
    change(readForms(withChanges(design.files, left.files)).forms);
    setState({ words: '已找回上次没有保存的修改', kind: '' });
  }, [change, design, saving]);

  return {
    forms: history.now,
    broken: first.broken,
    change,
    undo: history.past.length ? () => travel(back) : null,
    redo: history.future.length ? () => travel(forth) : null,
    saving,
    state,
    say: (words, kind = '') => setState({ words, kind }),
    changes: () => changedFiles(live.current.forms, live.current.files, first.broken),
  };
}

function rowsOf(path, other, mine) {
  const own = differences(other.base[path], mine[path] ?? undefined);
  const theirs = differences(other.base[path], other.theirs[path]);
  return [...new Set([...own.keys(), ...theirs.keys()])].map((key) => ({
    id: `${path}#${key}`,
    name: `${(own.get(key) ?? theirs.get(key)).name}（${path.replace(/^forms\//, '')}）`,
    mine: CHANGES[own.get(key)?.change] ?? '—',
    theirs: CHANGES[theirs.get(key)?.change] ?? '—',
    both: own.has(key) && theirs.has(key),
  }));
}

const without = (changes, paths) =>
  Object.fromEntries(Object.entries(changes).filter(([path]) => !paths.includes(path)));
