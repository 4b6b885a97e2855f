/** Conditions as the diagrams write them, taken apart for the panel and put together again. */

export const COMPARISONS = {
  text: [
    { value: '==', label: '是' },
    { value: '!=', label: '不是' },
    { value: 'filled', label: '有内容' },
    { value: 'empty', label: '没有内容' },
  ],
  number: [
    { value: '==', label: '等于' },
    { value: '!=', label: '不等于' },
    { value: '>', label: '大于' },
    { value: '>=', label: '不小于' },
    { value: '<', label: '小于' },
    { value: '<=', label: '不大于' },
  ],
  boolean: [
    { value: 'true', label: '为“是”' },
    { value: 'false', label: '为“否”' },
  ],
  array: [
    { value: 'has', label: '含有其中之一' },
    { value: 'lacks', label: '一项也不含' },
  ],
};

/**
 * @typedef {{field: string, comparison: string, values: string[], quoted: boolean}} Test `quoted`: the values are texts
 * @typedef {{joined: 'and'|'or', tests: Test[]}} Condition
 */

const COMPARED = /^(\w+) (==|!=|>=|<=|>|<) (?:"([^"\\]*)"|(-?\d+(?:\.\d+)?|True|False))$/;
const BLANK = /^(\w+) (==|!=) ""$/;
const BARE = /^(not )?([a-zA-Z_]\w*)$/;
const HAS = /^(not )?has\((\w+)((?:, "[^"\\]*")+)\)$/;
const WORDS = new Set(['True', 'False', 'None', 'and', 'or', 'not', 'in', 'is', 'if', 'else']);

function readTest(source) {
  const blank = BLANK.exec(source);
  if (blank)
    return { field: blank[1], comparison: blank[2] === '==' ? 'empty' : 'filled', values: [], quoted: true };
  const compared = COMPARED.exec(source);
  if (compared)
    return {
      field: compared[1],
      comparison: compared[2],
      values: [compared[3] ?? compared[4]],
      quoted: compared[3] !== undefined,
    };
  const has = HAS.exec(source);
  if (has) {
    const values = [...has[3].matchAll(/"([^"]*)"/g)].map((one) => one[1]);
    return { field: has[2], comparison: has[1] ? 'lacks' : 'has', values, quoted: true };
  }
  const bare = BARE.exec(source);
  if (bare && !WORDS.has(bare[2]))
    return { field: bare[2], comparison: bare[1] ? 'false' : 'true', values: [], quoted: false };
  return null;
}

/** @param {string} source @returns {Condition | null} none for what only the expression can say */
export function readCondition(source) {
  const text = source.trim();
  if (!text) return { joined: 'and', tests: [] };
  for (const joined of ['and', 'or']) {
    const tests = text.split(` ${joined} `).map(readTest);
    if (tests.every(Boolean)) return { joined, tests };
  }
  return null;
}

function writeTest({ field, comparison, values, quoted }) {
  if (!field) return null;
  if (comparison === 'true') return field;
  if (comparison === 'false') return `not ${field}`;
  if (comparison === 'empty') return `${field} == ""`;
  if (comparison === 'filled') return `${field} != ""`;
  if (!values.length || values.some((value) => value === '' || /["\\]/.test(value))) return null;
  if (comparison === 'has' || comparison === 'lacks')
    return `${comparison === 'lacks' ? 'not ' : ''}has(${field}, ${values.map((one) => `"${one}"`).join(', ')})`;
  return `${field} ${comparison} ${quoted ? `"${values[0]}"` : values[0]}`;
}

/** @param {Condition} condition @returns {string | null} null while something is missing */
export function writeCondition({ joined, tests }) {
  const written = tests.map(writeTest);
  return written.includes(null) ? null : written.join(` ${joined} `);
}

/** Comparisons that need no value beside them. */
export const ALONE = new Set(['true', 'false', 'filled', 'empty']);

/** @param {{type?: string, values?: any[]}} field @returns {'text'|'number'|'boolean'|'array'} */
export function kindOf(field) {
  const types = [field?.type].flat();
  if (types.includes('array')) return 'array';
  if (types.includes('boolean')) return 'boolean';
  return types.includes('number') || types.includes('integer') ? 'number' : 'text';
}
