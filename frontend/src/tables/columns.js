/** The columns of test rows: what a table reads and gives, in the words of its head and of the forms. */

/**
 * Fields of forms by name, those of the design's own forms first.
 *
 * @param {Record<string, {title: string, fields: any[]}>} forms
 * @param {(path: string) => boolean} isOwn
 * @returns {Map<string, {name: string, title: string, type: string, values: any[], form: string}>}
 */
export function fieldsOf(forms, isOwn) {
  const found = new Map();
  const paths = Object.keys(forms).sort((one, other) => isOwn(other) - isOwn(one));
  for (const path of paths)
    for (const field of forms[path].fields)
      if (!found.has(field.name))
        found.set(field.name, { ...field, form: forms[path].title || path, own: isOwn(path) });
  return found;
}

const KINDS = { number: 'number', integer: 'number', boolean: 'boolean', string: 'string' };

/**
 * @param {any} decision as dmn-js models it
 * @param {string[] | undefined} variables that the server found it to read; undefined while it cannot be read
 * @param {object[]} rows whose other values get a column too, so that nothing is hidden
 * @param {Map<string, any>} fields
 */
export function columnsOf(decision, variables, rows, fields) {
  const { input: inputs = [], output: outputs = [] } = decision.decisionLogic;
  const of = (input) => input.inputExpression?.text?.trim() ?? '';
  const plain = inputs.map(of).filter((text) => /^[A-Za-z_]\w*$/.test(text));
  const read = unique([...(variables ?? plain), ...rows.flatMap(({ given }) => Object.keys(given))]);
  const given = read.map((name) => {
    const input = inputs.find((one) => of(one) === name);
    const field = fields.get(name);
    return {
      part: 'given',
      name,
      label: input?.label || field?.title || name,
      kind: kindOf(input?.inputExpression?.typeRef, field),
      values: field?.values ?? [],
      field,
      gone: variables !== undefined && !variables.includes(name),
    };
  });
  const names = outputs.map(({ name }) => name).filter(Boolean);
  const answered = unique([...names, ...rows.flatMap(({ expected }) => Object.keys(expected))]);
  const collects = decision.decisionLogic.hitPolicy === 'COLLECT';
  const expected = answered.map((name) => {
    const output = outputs.find((one) => one.name === name);
    return {
      part: 'expected',
      name,
      label: output?.label || name,
      kind: collects ? '' : (KINDS[output?.typeRef] ?? ''),
      values: [],
      gone: !output,
    };
  });
  return [...given, ...expected];
}

function kindOf(typeRef, field) {
  if (field?.type === 'array' || field?.type === 'object') return '';
  return KINDS[typeRef] ?? KINDS[field?.type] ?? '';
}

const unique = (names) => [...new Set(names)];
