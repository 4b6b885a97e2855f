/** Finding things in a JSON Schema with all its branches (conditions, combinations, references). */

const LISTS = ['allOf', 'anyOf', 'oneOf'];
const SINGLES = ['then', 'else'];
const MAPS = ['dependentSchemas', 'dependencies'];

/**
 * @param {any} root
 * @param {any} schema
 * @returns {any} the schema with its reference followed; keywords beside `$ref` win
 */
export function follow(root, schema) {
  let current = schema;
  for (let hops = 0; current && current.$ref && hops < 20; hops += 1) {
    const { $ref, ...beside } = current;
    current = { ...at(root, $ref), ...beside };
  }
  return current;
}

/** The part of `root` that a local reference `#/$defs/x` names. */
function at(root, reference) {
  if (!reference.startsWith('#/')) return {};
  return reference
    .slice(2)
    .split('/')
    .map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce((node, part) => node?.[part], root);
}

/**
 * @param {any} root
 * @param {any} schema
 * @returns {any[]} the schema itself and every branch that may apply to the same value
 */
export function branches(root, schema, depth = 0) {
  const own = follow(root, schema);
  if (!own || typeof own !== 'object' || depth > 12) return [];
  const below = [
    ...LISTS.flatMap((key) => own[key] ?? []),
    ...SINGLES.map((key) => own[key]),
    ...MAPS.flatMap((key) => Object.values(own[key] ?? {})).filter((value) => !Array.isArray(value)),
  ];
  return [own, ...below.flatMap((branch) => branches(root, branch, depth + 1))];
}

/**
 * @param {any} root
 * @param {any[]} schemas
 * @param {string | number} key
 * @returns {any[]} every schema that describes the member `key`
 */
export function members(root, schemas, key) {
  return schemas
    .flatMap((schema) => branches(root, schema))
    .flatMap((schema) => {
      const found = [];
      if (schema.properties && Object.hasOwn(schema.properties, key)) found.push(schema.properties[key]);
      if (/^\d+$/.test(String(key)) && schema.items !== undefined) {
        found.push(Array.isArray(schema.items) ? schema.items[key] : schema.items);
      }
      if (schema.prefixItems?.[key]) found.push(schema.prefixItems[key]);
      return found;
    })
    .filter((schema) => schema && typeof schema === 'object')
    .map((schema) => follow(root, schema));
}

/**
 * @param {any} root
 * @param {(string | number)[]} path
 * @returns {any[]} every schema that describes the value at the path
 */
export function schemasAt(root, path) {
  return path.reduce((schemas, key) => members(root, schemas, key), [root]);
}

/**
 * @param {any} root
 * @param {(string | number)[]} path
 * @param {any} [uiSchema]
 * @returns {string} the title of a field as the form shows it, or its key
 */
export function titleAt(root, path, uiSchema) {
  const key = path[path.length - 1];
  if (key === undefined) return '';
  const ui = uiAt(uiSchema, path);
  const shown = ui?.['ui:title'] ?? ui?.['ui:options']?.title;
  if (shown) return shown;
  const titled = schemasAt(root, path).find((schema) => schema.title);
  if (titled) return titled.title;
  const item = labelOnSheet(uiAt(uiSchema, path.slice(0, -1)), key);
  if (item) return item;
  const parents = schemasAt(root, path.slice(0, -1)).flatMap((schema) => branches(root, schema));
  const inList =
    /^\d+$/.test(String(key)) && parents.some((schema) => schema.type === 'array' || schema.items);
  return inList ? `第 ${Number(key) + 1} 行` : String(key);
}

/** The part of the UI schema that dresses the value at the path. */
const uiAt = (uiSchema, path) =>
  path.reduce((node, key) => node?.[key] ?? (/^\d+$/.test(String(key)) ? node?.items : undefined), uiSchema);

/** The label of an item of a score sheet, or of a veto. */
function labelOnSheet(ui, key) {
  const { sheet = [], vetoes } = { ...ui, ...ui?.['ui:options'] };
  const all = (items) => items.flatMap((item) => [item, ...all(item.children ?? [])]);
  const item = all(sheet).find((entry) => entry.key === String(key));
  if (item) return `${item.item ?? item.key} ${item.label}`;
  return Array.isArray(vetoes) ? vetoes.find((veto) => veto.key === String(key))?.label : undefined;
}
