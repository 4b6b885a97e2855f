/** Problems in the order in which the form asks. */

/**
 * @param {import('./validator.js').FieldError[]} problems
 * @param {any} schema
 * @param {any} uiSchema
 * @returns {import('./validator.js').FieldError[]}
 */
export function inFormOrder(problems, schema, uiSchema) {
  const sections = uiSchema['ui:sections'] ?? uiSchema['ui:options']?.sections ?? [];
  const order = [
    ...sections.flatMap((section) => section.fields ?? []),
    ...(uiSchema['ui:order'] ?? []),
    ...Object.keys(schema.properties ?? {}),
  ];
  const place = ({ path }) => {
    const index = order.indexOf(path[0]);
    return index < 0 ? order.length : index;
  };
  return [...problems].sort((a, b) => place(a) - place(b));
}
