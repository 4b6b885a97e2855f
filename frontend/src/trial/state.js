/** What a trial's state, as the server tells it, means for the drawing. */
import { scopeKey } from './path.js';

/** Where a task or an event stands. */
export const scopeOf = ({ case: number, process, callers }) => ({
  case: number,
  process,
  callers: callers ?? [],
});

/** Every process that a state speaks of. */
export const processesOf = (state) => [
  ...new Set([...state.events, ...state.tasks].map((one) => one.process).filter(Boolean)),
];

/** Whether what happened goes on from what had happened. */
export function continues(before, after) {
  return (
    before.length <= after.length &&
    before.every(
      (event, i) =>
        event.at === after[i].at && event.said === after[i].said && event.element === after[i].element,
    )
  );
}

/** How many tokens stand at each element of each scope, and whether one is late. */
export function tokensOf(state) {
  const found = new Map();
  const numbers = new Map(state.cases.map((one) => [one.id, one.number]));
  const add = (scope, element, late) => {
    const key = scopeKey(scope);
    if (!found.has(key)) found.set(key, new Map());
    const one = found.get(key).get(element) ?? { count: 0, late: false };
    found.get(key).set(element, { count: one.count + 1, late: one.late || late });
  };
  for (const task of state.tasks) add(scopeOf(task), task.element, task.light === 'red');
  for (const event of state.waiting)
    if (!event.attached) add({ ...scopeOf(event), case: numbers.get(event.case_id) }, event.element, false);
  return found;
}
