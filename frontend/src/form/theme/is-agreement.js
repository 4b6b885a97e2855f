/**
 * @param {any} schema
 * @param {string} [widget]
 * @returns {boolean} whether it is a statement that has to be true: one box to tick
 */
export const isAgreement = (schema, widget) =>
  widget ? widget === 'agree' || widget === 'checkbox' : schema.type === 'boolean' && schema.const === true;
