/** Asks the server what the opened table comes to, and shows it: wrong cells, gaps and overlaps, the answer to each test row. */
import { isBlank } from './rows.js';
import { evaluate } from './server.js';

/**
 * @param {{base: string, board: HTMLElement, editor: any, marks: any, findings: any, trials: any, opened: () => any,
 *   heads: (variables: string[] | undefined) => void, select: (path: string, decision: string) => Promise<void>}} given `opened` gives path,
 *   files and rows of what is shown, or null; `heads` draws the columns of the test rows
 */
export function createAsking({ base, board, editor, marks, findings, trials, opened, heads, select }) {
  let turn = 0;
  let drawn = '';

  /** @param {boolean} [anew] whether another table is shown than before */
  async function ask(anew = false) {
    if (anew) drawn = '';
    const mine = ++turn;
    const asked = await opened();
    if (!asked) return;
    const found = await evaluate(base, asked.path, asked.files);
    if (mine !== turn) return;
    const decision = editor.shown();
    const table = found.tables[decision.id];
    const head = JSON.stringify([asked.path, decision.id, table?.variables, outputs(decision)]);
    if (head !== drawn) {
      drawn = head;
      heads(table?.variables);
    }
    if (asked.rows) trials.answer(inOrder(asked.rows, table?.answers ?? []), rules(decision).length);
    show(decision, asked.path, found.problems, table?.faults ?? []);
  }

  const rules = (decision) => decision.decisionLogic.rule ?? [];
  const outputs = ({ decisionLogic: { hitPolicy, output = [] } }) => [
    hitPolicy,
    ...output.map(({ name, label, typeRef }) => [name, label, typeRef]),
  ];
  const ruleId = (number) => rules(editor.shown())[number - 1]?.id;

  /** Blank rows were not asked: the answers go to the others, in their order. */
  function inOrder(rows, answers) {
    const rest = [...answers];
    return rows.map((row) => (isBlank(row) ? undefined : rest.shift()));
  }

  function show(decision, path, found, faults) {
    const problems = found.map(({ message, element, name, file }) => ({
      message: file === path && name && name !== decision.name ? `${name}：${message}` : message,
      place: file === path && ownerOf(element) ? element : undefined,
    }));
    const hints = faults.map(({ message, rows: [first] }) => ({
      message,
      hint: true,
      place: first && ruleId(first),
    }));
    findings.show([...problems, ...hints], '没有写错的格，没有空档和重叠。');
    const places = problems.map(({ place }) => place);
    marks.mark('problem', places.filter(Boolean));
    marks.mark('fault', faults.flatMap(({ rows: at }) => at.map(ruleId)).filter(Boolean));
  }

  /** The decision in which a cell, column or row stands. */
  function ownerOf(id) {
    const cells = ({ inputEntry = [], outputEntry = [] }) => [...inputEntry, ...outputEntry];
    return editor.decisions().find(({ decisionLogic: { rule = [], input = [], output = [] } }) => {
      const parts = [...input, ...output, ...rule, ...rule.flatMap(cells)];
      return parts.some((part) => part.id === id);
    });
  }

  /** Goes to a cell, column or row. */
  async function jump(place) {
    const owner = ownerOf(place);
    if (!owner) return;
    if (owner.id !== editor.shown().id) await select(owner.id);
    const cell = board.querySelector(`[data-element-id="${CSS.escape(place)}"]`);
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    (cell?.querySelector('[contenteditable]') ?? cell)?.focus();
  }

  const markHits = (numbers) => marks.mark('hit', numbers.map(ruleId).filter(Boolean));

  return { ask, jump, markHits };
}
