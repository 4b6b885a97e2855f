/** The forms of a design while they are edited: read from its files, written back as files, with undo. */
import { isObject, readJson, writeJson } from './model/json.js';

const TOGETHER = 1200; // milliseconds within which typing in one place is one step of undo
const STEPS = 200;

export const isForm = (path) =>
  path.startsWith('forms/') && path.endsWith('.json') && !path.endsWith('.ui.json');
export const layoutOf = (path) => path.replace(/\.json$/, '.ui.json');
/** @param {string} path @returns {string} as a task names it */
export const asNamed = (path) => path.replace(/^forms\//, '');

/**
 * @param {Record<string, string>} files of the design
 * @returns {{forms: Record<string, import('./model/form.js').Form>, broken: Record<string, string>}} `broken`: why a form cannot be shown
 */
export function readForms(files) {
  const forms = {};
  const broken = {};
  for (const path of Object.keys(files).filter(isForm).sort()) {
    try {
      const [schema, ui] = [path, layoutOf(path)].map((one) => readJson(files[one] ?? '{}'));
      if (!isObject(schema) || !isObject(ui)) throw new SyntaxError('最外层不是对象');
      forms[path] = { schema, ui };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      broken[path] = error.message;
    }
  }
  return { forms, broken };
}

/**
 * What is different from the files as they were saved. A file that says the same is not written again, however it is laid out.
 *
 * @param {Record<string, any>} forms
 * @param {Record<string, string>} files
 * @param {Record<string, string>} broken forms that stay as they are
 * @returns {Record<string, string | null>}
 */
export function changedFiles(forms, files, broken = {}) {
  const changes = {};
  for (const [path, form] of Object.entries(forms)) {
    for (const [file, value] of [
      [path, form.schema],
      [layoutOf(path), form.ui],
    ]) {
      const text = writeJson(value);
      if (text !== files[file] && !saysTheSame(files[file], text)) changes[file] = text;
    }
  }
  for (const path of Object.keys(files).filter(isForm)) {
    if (path in forms || path in broken) continue;
    changes[path] = null;
    if (layoutOf(path) in files) changes[layoutOf(path)] = null;
  }
  return changes;
}

function saysTheSame(before, text) {
  if (before === undefined) return text === '{}\n';
  try {
    return writeJson(readJson(before)) === text;
  } catch {
    return false; // what was no JSON is replaced
  }
}

/** @param {Record<string, string>} files @param {Record<string, string | null>} changes */
export const withChanges = (files, changes) =>
  Object.fromEntries(Object.entries({ ...files, ...changes }).filter(([, text]) => text !== null));

/**
 * Steps back and forth.
 *
 * @template T
 * @typedef {{past: T[], now: T, future: T[], tag: string, at: number}} History
 */

/** @param {any} now */
export const begin = (now) => ({ past: [], now, future: [], tag: '', at: 0 });

/** @param {any} history @param {any} next @param {string} [tag] changes of one tag in quick succession are one step @param {number} [at] */
export function step(history, next, tag = '', at = Date.now()) {
  if (next === history.now) return history;
  const together = tag && tag === history.tag && at - history.at < TOGETHER;
  const past = together ? history.past : [...history.past.slice(1 - STEPS), history.now];
  return { past, now: next, future: [], tag, at };
}

export const back = (history) =>
  history.past.length
    ? {
        past: history.past.slice(0, -1),
        now: history.past.at(-1),
        future: [history.now, ...history.future],
        tag: '',
        at: 0,
      }
    : history;

export const forth = (history) =>
  history.future.length
    ? {
        past: [...history.past, history.now],
        now: history.future[0],
        future: history.future.slice(1),
        tag: '',
        at: 0,
      }
    : history;
