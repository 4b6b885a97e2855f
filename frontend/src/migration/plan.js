/** Which old element becomes which new one, as the form says; every decision can be taken back, the last one first. */

/**
 * @typedef {object} Row an element of the old version
 * @property {string} field name of the form field in which it is decided
 * @property {string} element
 * @property {string} name
 * @property {number} number
 * @property {number} waiting cases at it
 * @property {string} value what it becomes: an element of the new version, or one of the two words below
 * @property {{value: string, name: string}[]} options what it may become
 */

/**
 * @param {Row[]} rows
 * @param {{undecided: string, gone: string}} words the values for nothing decided, and for given up
 */
export function createPlan(rows, { undecided, gone }) {
  const byField = new Map(rows.map((row) => [row.field, row]));
  const past = [];

  const set = (row, value) => {
    row.value = value;
    return row;
  };

  return {
    gone,
    row: (field) => byField.get(field),
    isGone: (row) => row.value === gone,
    isUndecided: (row) => row.value === undecided,
    targets: (row) =>
      row.options.map((option) => option.value).filter((value) => value !== undecided && value !== gone),

    /** @returns {Row | null} the row, or null where nothing changes */
    decide(field, value) {
      const row = byField.get(field);
      if (row.value === value) return null;
      past.push({ field, value: row.value });
      return set(row, value);
    },

    /** @returns {Row | null} the row whose last decision was taken back */
    undo() {
      const last = past.pop();
      return last ? set(byField.get(last.field), last.value) : null;
    },

    get canUndo() {
      return past.length > 0;
    },

    /** @returns {Map<string, number[]>} of some rows, the numbers that each element of the new version takes over */
    taken(some) {
      const found = new Map();
      for (const row of some) {
        if (row.value === gone || row.value === undecided) continue;
        found.set(row.value, [...(found.get(row.value) ?? []), row.number]);
      }
      return found;
    },

    /** @returns {string} what became of a row, in words */
    told(row) {
      if (row.value === gone) return `${row.number} 号“${row.name}”不再办理，停在这里的待办会取消`;
      if (row.value === undecided) return `${row.number} 号“${row.name}”待定，停在这里的案件暂不能迁移`;
      const name = row.options.find((option) => option.value === row.value)?.name ?? row.value;
      return `${row.number} 号“${row.name}”改为“${name}”`;
    },
  };
}
