/**
 * Answers to questions that are no longer asked are left out of what is sent; a list that must be there and may be
 * empty is sent empty.
 */
import { branches, follow } from './schema-walk.js';

/**
 * @param {any} root the whole schema
 * @param {(schema: any, data: any) => any} resolve RJSF's retrieveSchema: the schema as it stands for this data
 * @param {any} data
 * @param {any} [schema]
 * @returns {any} the data without members that the schema knows but that do not apply now; unknown members stay
 */
export function prune(root, resolve, data, schema = root) {
  if (!data || typeof data !== 'object' || Array.isArray(data)) return data;
  const known = new Set(branches(root, schema).flatMap((branch) => Object.keys(branch.properties ?? {})));
  const now = resolve(follow(root, schema), data);
  const asked = { ...now.properties };
  for (const branch of now.oneOf ?? now.anyOf ?? []) Object.assign(asked, follow(root, branch)?.properties);
  const result = {};
  for (const [key, value] of Object.entries(data)) {
    if (value === undefined || (known.has(key) && !asked[key])) continue;
    result[key] = asked[key]?.properties ? prune(root, resolve, value, asked[key]) : value;
  }
  for (const key of now.required ?? []) {
    if (asked[key]?.type === 'array' && !asked[key].minItems) result[key] ??= [];
  }
  return result;
}
