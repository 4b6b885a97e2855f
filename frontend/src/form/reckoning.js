/** Computed fields (`x-computed`) as one types; app/cases/form_computing.py decides. */

const OPERATIONS = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  difference: (values) => values.reduce((a, b) => a - b),
  product: (values) => values.reduce((a, b) => a * b),
  quotient: (values) => values.reduce((a, b) => a / b),
  percent: ([part, whole]) => (part / whole) * 100,
};
const DIGITS = 2;

/**
 * @param {any} schema
 * @param {Record<string, any>} data
 * @returns {Record<string, any>} the data with the results of its formulas; itself where nothing differs
 */
export function reckoned(schema, data) {
  const formulas = Object.entries(schema['x-computed'] ?? {});
  let made = data;
  // A formula may count with another one's result.
  for (let round = 0; round < formulas.length; round += 1) {
    for (const [name, formula] of formulas) {
      const value = resultOf(formula, made);
      if (made[name] === value) continue;
      made = { ...made, [name]: value };
      if (value === undefined) delete made[name];
    }
  }
  return made;
}

function resultOf({ op, of = [], digits = DIGITS }, data) {
  const given = of.map((one) => argument(one, data));
  const values = given.filter((value) => value !== undefined);
  if (!values.length || (op !== 'sum' && values.length < given.length)) return undefined;
  const result = OPERATIONS[op]?.(values);
  return Number.isFinite(result) ? rounded(result, digits) : undefined;
}

function argument(one, data) {
  if (typeof one !== 'string') return number(one);
  const [field, column] = one.split('.');
  if (!column) return number(data[field]);
  const cells = (Array.isArray(data[field]) ? data[field] : []).map((row) => number(row?.[column]));
  const values = cells.filter((value) => value !== undefined);
  return values.length ? values.reduce((a, b) => a + b, 0) : undefined;
}

const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

/** Binary fractions that lie a hair below a half are rounded up like the half that they mean. */
const rounded = (value, digits) => {
  const shift = 10 ** digits;
  return (Math.sign(value) * Math.round(Number((Math.abs(value) * shift).toPrecision(14)))) / shift;
};
