/** Files of test rows: `checks/<folder>/<table>.rows.json`, a row a line, so that two versions can be compared. */

/** @param {string} table path of a DMN file */
export const rowsPath = (table) => table.replace(/^processes\//, 'checks/').replace(/\.dmn$/, '.rows.json');

/**
 * @param {string | undefined} text
 * @returns {Map<string, object[]> | null} rows by decision; null for what is no such file, which is then left as it is
 */
export function readRows(text) {
  if (text === undefined) return new Map();
  let decisions;
  try {
    ({ decisions } = JSON.parse(text));
  } catch {
    return null;
  }
  if (
    !isObject(decisions) ||
    !Object.values(decisions).every((rows) => Array.isArray(rows) && rows.every(isRow))
  )
    return null;
  return new Map(
    Object.entries(decisions).map(([decision, rows]) => [
      decision,
      rows.map(({ title = '', given, expected }) => ({ title, given, expected })),
    ]),
  );
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRow = (row) =>
  isObject(row) &&
  isObject(row.given) &&
  isObject(row.expected) &&
  typeof (row.title ?? '') === 'string' &&
  Object.keys(row).every((name) => ['title', 'given', 'expected'].includes(name));

/**
 * @param {Map<string, object[]>} rows
 * @returns {string | null} null where there is no row at all
 */
export function writeRows(rows) {
  const decisions = [...rows].map(([decision, given]) => [decision, given.filter((row) => !isBlank(row))]);
  const some = decisions.filter(([, given]) => given.length);
  if (!some.length) return null;
  const blocks = some.map(
    ([decision, given]) =>
      `    ${JSON.stringify(decision)}: [\n${given.map((row) => `      ${line(row)}`).join(',\n')}\n    ]`,
  );
  return `{\n  "decisions": {\n${blocks.join(',\n')}\n  }\n}\n`;
}

export const newRow = () => ({ title: '', given: {}, expected: {} });

export const isBlank = ({ title, given, expected }) =>
  !title && !Object.keys(given).length && !Object.keys(expected).length;

function line({ title, given, expected }) {
  return `{"title": ${JSON.stringify(title)}, "given": ${members(given)}, "expected": ${members(expected)}}`;
}

function members(values) {
  const inner = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: ${spaced(value)}`);
  return `{${inner.join(', ')}}`;
}

function spaced(value) {
  return Array.isArray(value) ? `[${value.map(spaced).join(', ')}]` : JSON.stringify(value);
}

/**
 * Cells copied from Excel: tabs between columns, lines between rows, quotes around a cell with lines inside.
 *
 * @param {string} text
 * @returns {string[][]}
 */
export function pastedCells(text) {
  const rows = [];
  const pattern = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r?\n|\r|$)/gy;
  let row = [];
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    row.push(found[1] !== undefined ? found[1].replaceAll('""', '"') : found[2]);
    if (found[3] !== '\t') {
      rows.push(row);
      row = [];
    }
    if (pattern.lastIndex >= text.length) {
      if (found[3] === '\t') rows.push([...row, '']);
      break;
    }
  }
  return rows;
}
