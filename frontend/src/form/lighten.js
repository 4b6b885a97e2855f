/** What RJSF is given to draw. Validation uses the schema as it came. */

/**
 * A choice that has words (`oneOf` of const and title) beside its `enum` is drawn by the words alone.
 *
 * @param {any} schema
 * @returns {any}
 */
export function onlyWords(schema) {
  if (Array.isArray(schema)) return schema.map(onlyWords);
  if (!schema || typeof schema !== 'object') return schema;
  const result = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, onlyWords(value)]));
  const worded =
    Array.isArray(schema.oneOf) && schema.oneOf.every((option) => Object.hasOwn(option, 'const'));
  if (worded && Array.isArray(schema.enum)) delete result.enum;
  return result;
}

/**
 * A grid draws its rows itself. RJSF, which walks the whole schema at every keystroke, is spared their definition; it
 * stays within reach as `x-items`.
 *
 * @param {any} schema
 * @param {any} uiSchema
 * @returns {any}
 */
export function lightenGrids(schema, uiSchema = {}) {
  if (!schema?.properties) return schema;
  const properties = {};
  for (const [key, value] of Object.entries(schema.properties)) {
    const ui = uiSchema[key] ?? {};
    const names = [ui['ui:field'], ui['ui:widget'], ui['ui:options']?.field, ui['ui:options']?.widget];
    properties[key] =
      names.includes('grid') && value.items
        ? { ...value, items: {}, 'x-items': value.items }
        : lightenGrids(value, ui);
  }
  return { ...schema, properties };
}
