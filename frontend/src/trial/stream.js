/** What happened, day by day, in words; each line leads to its element, and back to the step that brought it about. */
import { h } from '../shared/dom.js';

/** @param {{look: (event: any) => void, backTo: (moves: number) => void}} acts */
export function createStream({ look, backTo }) {
  const body = h('tbody', {});
  const element = h(
    'table',
    { class: 'table qc-table qc-trial-stream' },
    h(
      'thead',
      {},
      h('tr', {}, ...['日期', '案件', '事项', '内容', ''].map((word) => h('th', { scope: 'col' }, word))),
    ),
    body,
  );

  /** The newest first: what one has just done is what one looks for. */
  function show(events, moves, cases) {
    const told = events.filter((event) => event.said);
    const several = cases.length > 1;
    let last = '';
    const rows = told.map((event, i) => {
      const day = event.day === last ? '' : event.day;
      last = event.day;
      const ends = i === told.length - 1 || told[i + 1].move !== event.move;
      return line(event, { day, ends: ends && event.move < moves, several });
    });
    body.replaceChildren(...rows);
    element.parentElement?.scrollTo({ top: element.parentElement.scrollHeight });
  }

  function line(event, { day, ends, several }) {
    const place = event.element
      ? h(
          'button',
          { type: 'button', class: 'qc-trial-jump', title: '在图上指出', onclick: () => look(event) },
          event.said,
        )
      : event.said;
    const back = ends
      ? h(
          'button',
          {
            type: 'button',
            class: 'btn btn-sm btn-link p-0',
            title: '放下后面的各步，从这里另走',
            onclick: () => backTo(event.move),
          },
          '退回到这里',
        )
      : null;
    const derived = event.event === 'task_created' ? (event.detail.derivation ?? []) : [];
    return h(
      'tr',
      { class: `is-${event.event}` },
      h('td', { class: 'nums' }, day),
      h(
        'td',
        { class: 'nums', title: event.case },
        several && event.case ? String(Number(event.case.slice(-6))) : '',
      ),
      h('td', {}, event.kind),
      h(
        'td',
        {},
        place,
        event.detail.message ? `：${event.detail.message}` : null,
        ...derived.slice(-1).map((text) => h('div', { class: 'text-secondary' }, text)),
      ),
      h('td', { class: 'text-end' }, back),
    );
  }

  return { element, show };
}
