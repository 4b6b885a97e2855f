/** Text from Excel into rows of values, and values into the text of a cell. */
import { isoDay } from '../../shared/format.js';

/**
 * @param {string} text the clipboard: tabs between cells, line breaks between rows, quotes around cells that hold either
 * @returns {string[][]}
 */
export function parseTable(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  const source = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === '\t' || char === '\n') {
      rows[rows.length - 1].push(cell);
      cell = '';
      if (char === '\n') rows.push([]);
    } else cell += char;
  }
  rows[rows.length - 1].push(cell);
  return rows;
}

/**
 * @param {any} schema of the column
 * @returns {{value: unknown, label: string}[] | null} the choices of a column that has them
 */
export function choicesOf(schema) {
  const list = schema.oneOf ?? schema.anyOf;
  if (list?.every((option) => option && 'const' in option)) {
    return list.map((option) => ({ value: option.const, label: option.title ?? String(option.const) }));
  }
  if (schema.enum) return schema.enum.map((value) => ({ value, label: String(value) }));
  if (schema.type === 'boolean') {
    return [
      { value: true, label: '是' },
      { value: false, label: '否' },
    ];
  }
  return null;
}

/** @param {any} schema @returns {boolean} one box to tick: a boolean that has to be true */
export const isTick = (schema) => schema.type === 'boolean' && schema.const === true;

/** @param {any} schema @returns {{value: unknown, label: string}[] | null} the choices of which a column takes several */
export const manyOf = (schema) => (schema.type === 'array' && schema.items ? choicesOf(schema.items) : null);

/**
 * @param {any} schema of the column
 * @param {string} text
 * @returns {unknown} the value; text that does not fit the column stays text, so that validation can say so
 */
export function fromText(schema, text) {
  const trimmed = String(text ?? '').trim();
  if (trimmed === '') return undefined;
  if (isTick(schema)) return /^(是|√|✓|已签|已签名)$/.test(trimmed) ? true : undefined;
  const many = manyOf(schema);
  if (many) {
    const words = trimmed.split(/[、,，;；\s]+/).filter(Boolean);
    return words.map((word) => many.find((choice) => choice.label === word)?.value ?? word);
  }
  const choices = choicesOf(schema);
  if (choices) {
    const found = choices.find((choice) => choice.label === trimmed || String(choice.value) === trimmed);
    return found ? found.value : trimmed;
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    const number = Number(trimmed.replace(/[,，\s]/g, ''));
    return Number.isFinite(number) ? number : trimmed;
  }
  if (schema.format === 'date') return isoDay(trimmed) ?? trimmed;
  return trimmed;
}

/**
 * @param {any} schema of the column
 * @param {unknown} value
 * @returns {string}
 */
export function toText(schema, value) {
  if (value === undefined || value === null) return '';
  const many = manyOf(schema);
  if (many && Array.isArray(value)) {
    return value.map((one) => many.find((choice) => choice.value === one)?.label ?? one).join('、');
  }
  return choicesOf(schema)?.find((choice) => choice.value === value)?.label ?? String(value);
}

/**
 * Lays a pasted block over the rows.
 *
 * @param {object} options
 * @param {object[]} options.rows
 * @param {{key: string, title: string, schema: any}[]} options.columns
 * @param {string[][]} options.block
 * @param {number} options.row where the block begins
 * @param {number} options.column
 * @param {number} options.limit the most rows there may be
 * @returns {{rows: object[], dropped: number}}
 */
export function pasteBlock({ rows, columns, block, row, column, limit }) {
  const isHead = block[0].every((text, i) => columns[column + i]?.title === text.trim());
  const body = (isHead ? block.slice(1) : block).filter((line) => line.some((text) => text.trim() !== ''));
  const result = [...rows];
  let dropped = 0;
  body.forEach((line, offset) => {
    if (row + offset >= limit) {
      dropped += 1;
      return;
    }
    const filled = { ...result[row + offset] };
    line.forEach((text, i) => {
      const target = columns[column + i];
      if (!target || target.schema.readOnly) return;
      const value = fromText(target.schema, text);
      if (value === undefined) delete filled[target.key];
      else filled[target.key] = value;
    });
    result[row + offset] = filled;
  });
  return { rows: result, dropped };
}
