/** Marks in the table: rules of a style sheet by the ids of cells and rows, so that drawing the table anew does not lose them. */

const COLOURS = { problem: 'var(--qc-red)', fault: 'var(--qc-yellow)', hit: 'var(--qc-accent)' };
const SIGNS = { problem: '■', fault: '▲', hit: '▶' };

export function createMarks() {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const said = { problem: [], fault: [], hit: [] };

  /**
   * @param {'problem'|'fault'|'hit'} kind
   * @param {string[]} ids of cells, columns or rows
   */
  function mark(kind, ids) {
    said[kind] = ids;
    sheet.replaceSync(Object.keys(said).flatMap(rules).join('\n'));
  }

  function rules(kind) {
    return said[kind].flatMap((id) => {
      const at = `.qc-table-editor [data-element-id="${CSS.escape(id)}"]`;
      const row = `.qc-table-editor td.rule-index[data-row-id="${CSS.escape(id)}"]`;
      return [
        `${at}:not(.rule-index) { box-shadow: inset 0 0 0 2px ${COLOURS[kind]}; }`,
        kind === 'problem'
          ? `${at}:not(.rule-index)::after { content: '${SIGNS[kind]}'; position: absolute; top: 0; right: 2px; color: ${COLOURS[kind]}; }`
          : '',
        `${row}::before { content: '${SIGNS[kind]}'; color: ${COLOURS[kind]}; margin-right: 2px; }`,
        kind === 'hit'
          ? `.qc-table-editor td[data-row-id="${CSS.escape(id)}"] { background: var(--qc-accent-soft) !important; }`
          : '',
      ];
    });
  }

  return { mark };
}
