/** Values of a test row as a person types and reads them. */

const YES = new Set(['是', 'true', 'TRUE', 'True']);
const NO = new Set(['否', 'false', 'FALSE', 'False']);
export const NOTHING = '空';

/**
 * @param {unknown} value undefined where nothing is given
 * @param {string} kind number, string, boolean, or nothing where it is not known
 * @returns {string}
 */
export function written(value, kind) {
  if (value === undefined) return '';
  if (value === null) return NOTHING;
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (typeof value === 'string')
    return kind === 'string' || parsed(value, kind) === value ? value : JSON.stringify(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * What a person typed; a text that is not of the kind stays text.
 *
 * @param {string} text
 * @param {string} kind
 * @returns {unknown} undefined where nothing is typed
 */
export function parsed(text, kind) {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (typed === NOTHING) return null;
  if (kind === 'string') return unquoted(typed);
  if (YES.has(typed) || NO.has(typed)) return kind === 'number' ? typed : YES.has(typed);
  const number = figure(typed);
  if (number !== null && kind !== 'boolean') return number;
  if (kind === '') return json(typed);
  return typed;
}

/** Whether a value is of the kind that its column is for. */
export function fits(value, kind) {
  if (value === undefined || value === null || !['number', 'string', 'boolean'].includes(kind)) return true;
  return typeof value === kind;
}

/** Figures as Excel copies them: grouped, in full width, or with spaces around. */
function figure(text) {
  const plain = text
    .normalize('NFKC')
    .replace(/(?<=\d),(?=\d{3})/g, '')
    .trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const number = Number(plain);
  return Number.isFinite(number) ? number : null;
}

function unquoted(text) {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? json(text) : text;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
