/** The state of the builder: the forms with their history, and how they are saved. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { askWhose } from '../design/conflict.js';
import { createSaving } from '../design/saving.js';
import { back, begin, changedFiles, forth, readForms, step, withChanges } from './project.js';

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
      stored: (files) => (live.current.files = withChanges(live.current.files, files)),
      replaced: (files) => rebase(withChanges(live.current.files, files), mine()),
      conflict: settle,
    });
    made.at(design.revision);
    return made;

    function mine() {
      return changedFiles(live.current.forms, live.current.files, first.broken);
    }

    /** What was changed here goes on upon what somebody else has saved. */
    function rebase(files, changes) {
      live.current.files = files;
      live.current.forms = readForms(withChanges(files, changes)).forms;
      setHistory((before) => step(before, live.current.forms));
    }

    async function settle({ saved_by: who, revision, base: before, theirs, clashes }) {
      const shown = mine();
      const files = clashes.map((path) => ({
        path,
        base: before[path],
        mine: shown[path],
        theirs: theirs[path],
      }));
      const whose = await askWhose(notices, { who, files });
      const changes = mine(); // one may have gone on while the question stood there
      const kept = whose === 'theirs' ? without(changes, clashes) : changes;
      made.at(revision);
      rebase(theirs, kept);
      if (Object.keys(kept).length) made.touched();
      else made.forget();
      setState({ words: `已合并${who}保存的内容`, kind: '' });
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
    saving.recover(design.files, (files) => change(readForms(withChanges(design.files, files)).forms));
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

const without = (changes, paths) =>
  Object.fromEntries(Object.entries(changes).filter(([path]) => !paths.includes(path)));
