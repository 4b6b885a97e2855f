/** Trying a design out: the drawing with its token, who has to decide what, what happened, and what is kept of it. */
import { Refused, saveDesign } from '../design/server.js';
import { h, onEvery } from '../shared/dom.js';
import { createBar } from './bar.js';
import { createDrawing } from './drawing.js';
import { mountForm } from './form.jsx';
import { createKept, differenceTable } from './kept.js';
import { createMessages } from './messages.js';
import { createTraces, graphOf } from './path.js';
import { serverAt } from './server.js';
import { createStart } from './start.js';
import { createStream } from './stream.js';
import { continues, processesOf, scopeOf, tokensOf } from './state.js';
import { createTasks } from './tasks.js';

const PACE = 420; // milliseconds a hop
const MOST_SHOWN = 16; // hops that are shown one by one

onEvery('[data-trial]', open);

/** @param {HTMLElement} host */
async function open(host) {
  const base = host.dataset.trial;
  const server = serverAt(base);
  const side = h('aside', { class: 'qc-trial-side', 'aria-label': '待办' });
  const { element: message, say, refused } = createMessages({ base, side });
  const formPlace = h('section', { class: 'qc-trial-form', 'aria-label': '表单' });
  formPlace.hidden = true;
  const drawings = new Map();
  let traces = createTraces(graphNow);
  let now = null; // how the trial stands, as the server tells it
  let busy = false;
  let moving = { stop: new AbortController(), over: Promise.resolve() }; // what runs on the drawing
  let closeForm = () => {};

  const drawing = createDrawing({ drawingOf, traces: () => traces, onChoose: () => {} });
  const tasks = createTasks({ answer: (given) => act(given), fill, look: (task) => lookAt(task) });
  const stream = createStream({ look: lookAt, backTo: (count) => back(count) });
  const kept = createKept({ server, walk, remove, say });
  const bar = createBar({
    again: () => guarded(restart),
    back: () => back(now.moves.length - 1),
    next: () => act({ until: null }),
    until: (day) => act({ until: day }),
    auto: () => act({ auto: true }),
    keep: askTitle,
  });
  const coming = h('section', { class: 'qc-trial-coming' });
  const events = h(
    'section',
    { class: 'qc-paper qc-trial-events', 'aria-label': '经过', tabindex: '0' },
    stream.element,
  );
  const stage = h('div', { class: 'qc-trial-stage' }, drawing.element, side);
  host.replaceChildren(
    bar.element,
    message,
    stage,
    formPlace,
    h('div', { class: 'qc-trial-below' }, events, kept.element),
  );
  events.hidden = true;
  await restart();

  // -- what is drawn ----------------------------------------------------------------------------------------------------

  async function drawingOf(process) {
    if (!drawings.has(process)) {
      const { name, xml } = await server.diagram(process);
      const graph = graphOf(new DOMParser().parseFromString(xml, 'text/xml'), process);
      drawings.set(process, { name, xml, graph });
    }
    return drawings.get(process);
  }

  function graphNow(process) {
    return drawings.get(process)?.graph;
  }

  // -- beginning --------------------------------------------------------------------------------------------------------

  async function restart() {
    await still();
    now = null;
    closeForm();
    say('');
    traces = createTraces(graphNow);
    drawing.place(new Map());
    events.hidden = true;
    try {
      const beginning = await server.beginning();
      await drawing.show({ case: '', process: beginning.key, callers: [] });
      kept.show(beginning.kept);
      side.replaceChildren(createStart({ beginning, server, begin }).element);
    } catch (error) {
      refused(error);
    }
    bar.show(null);
  }

  async function begin(setup) {
    await alone(async () => take(await server.step({ setup, moves: [] })));
  }

  async function walk(path) {
    await guarded(async () => {
      now = null;
      traces = createTraces(graphNow);
      say('正在照方案走……');
      await take(await server.step({ scenario: path }));
      say('已照方案走完，可以退回到任何一步另走');
    });
  }

  // -- moves ------------------------------------------------------------------------------------------------------------

  async function act(given) {
    await guarded(async () => {
      say(given.auto ? '正在按样例答复走……' : '');
      const { setup, moves } = now;
      await take(await server.step({ setup, moves, act: given }));
      if (given.auto) say(now.ended ? '' : '按样例答复走到了这里，可以接着走');
    });
  }

  async function back(count) {
    await guarded(async () => {
      const { setup, moves } = now;
      await take(await server.step({ setup, moves: moves.slice(0, count) }));
      say(`已退回到第 ${count} 步`);
    });
  }

  /** One thing at a time; what goes wrong is said, and nothing has moved. */
  async function guarded(run) {
    try {
      await alone(run);
    } catch (error) {
      refused(error);
    }
  }

  async function alone(run) {
    if (busy) return say('上一步还没有走完，请稍候');
    busy = true;
    host.classList.add('is-walking');
    try {
      await still();
      await run();
    } finally {
      busy = false;
      host.classList.remove('is-walking');
    }
  }

  // -- showing ----------------------------------------------------------------------------------------------------------

  /** Takes over how the trial stands. The words are there at once; nobody waits for the token before deciding what is next. */
  async function take(state) {
    const deciding = [side, formPlace].some((one) => one.contains(document.activeElement));
    closeForm();
    await still();
    const before = now;
    if (before && before.revision !== state.revision) {
      drawings.clear();
      drawing.renew();
      say('设计稿有新的保存，已按新的内容重走');
    }
    const goesOn = before && before.revision === state.revision && continues(before.events, state.events);
    now = state;
    await Promise.all(processesOf(state).map(drawingOf));
    if (!goesOn) traces = createTraces(graphNow);
    const hops = state.events
      .slice(goesOn ? before.events.length : 0)
      .flatMap((event) => traces.follow(event));
    showWords(state);
    if (deciding) side.querySelector('.qc-trial-headline').focus({ preventScroll: true });
    const stop = new AbortController();
    moving = { stop, over: showOnDrawing(state, hops, goesOn || !before, stop.signal).catch(refused) };
    if (state.stopped)
      say(`第 ${state.stopped.move + 1} 步现在走不通，停在它前面：${state.stopped.message}`, 'problem');
  }

  /** Cuts short what still moves: it stands where it was going. */
  async function still() {
    moving.stop.abort();
    await moving.over;
  }

  async function showOnDrawing(state, hops, moves, signal) {
    if (moves) await move(hops, signal);
    drawing.place(tokensOf(state));
    drawing.cases(state.cases);
    await settle(state, hops);
  }

  function showWords(state) {
    events.hidden = false;
    bar.show(state);
    stream.show(state.events, state.moves.length, state.cases);
    tasks.show(state.tasks, state.cases);
    showComing(state);
    side.replaceChildren(headline(state), ...faultsOf(state), tasks.element, coming);
  }

  function headline(state) {
    const open = state.tasks.filter((task) => !task.planned && !task.optional).length;
    if (state.ended)
      return h(
        'p',
        { class: 'qc-trial-headline', tabindex: '-1' },
        h('strong', {}, '全部办结'),
        outcome(state),
      );
    return h('h2', { class: 'qc-trial-headline', tabindex: '-1' }, open ? `待定 ${open} 项` : '没有要定的事');
  }

  function outcome(state) {
    const ends = state.events.filter((event) => event.event === 'case_ended').map((event) => event.name);
    return h('span', { class: 'text-secondary' }, `（${[...new Set(ends)].join('、')}）`);
  }

  function faultsOf(state) {
    const told = [...state.faults, ...state.remarks];
    return told.length
      ? [h('ul', { class: 'qc-trial-mistakes', role: 'alert' }, ...told.map((text) => h('li', {}, text)))]
      : [];
  }

  function showComing(state) {
    coming.hidden = !state.coming.length;
    coming.replaceChildren(
      h('h3', {}, '接下来'),
      h(
        'ol',
        {},
        ...state.coming.map((one) =>
          h(
            'li',
            {},
            h('span', { class: 'nums' }, one.day),
            ' ',
            one.element ? jump(one.words, one) : one.words,
          ),
        ),
      ),
    );
  }

  function jump(words, place) {
    return h('button', { type: 'button', class: 'qc-trial-jump', onclick: () => lookAt(place) }, words);
  }

  /** Shows the hops one after the other; of many only the last ones. */
  async function move(hops, signal) {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || !bar.moving()) return;
    const pace = hops.length > MOST_SHOWN / 2 ? PACE / 2 : PACE;
    for (const hop of hops.slice(-MOST_SHOWN)) {
      if (signal.aborted) return;
      await drawing.hop(hop, pace, signal);
    }
  }

  /** Where one looks when nothing moves any more: at what has to be decided next, else at where something happened last. */
  async function settle(state, hops) {
    const task =
      state.tasks.find((one) => !one.planned && !one.optional) ?? state.tasks.find((one) => !one.planned);
    const place = task ? scopeOf(task) : (hops.at(-1)?.scope ?? drawing.shown());
    if (place) await drawing.show(place.case ? place : { ...place, case: state.cases[0].number });
    if (task) drawing.look(task.element);
  }

  async function lookAt(place) {
    await still();
    const callers = place.callers ?? place.detail?.callers;
    const scope = callers ? scopeOf({ ...place, callers }) : scopeWith(place);
    try {
      await drawing.show(scope);
      drawing.look(place.element, true);
    } catch (error) {
      refused(error);
    }
  }

  /** A place of which only the process is known: the last run of it in the case. */
  function scopeWith({ case: number, process }) {
    const found = traces.scopes().filter(({ scope }) => scope.case === number && scope.process === process);
    return found.at(-1)?.scope ?? { case: number, process, callers: [] };
  }

  // -- forms and scenarios ----------------------------------------------------------------------------------------------

  function fill(task, after) {
    closeForm();
    const place = h('div', {});
    const close = h(
      'button',
      { type: 'button', class: 'btn btn-sm ms-auto', onclick: () => closeForm() },
      '收起',
    );
    formPlace.replaceChildren(
      h(
        'div',
        { class: 'd-flex align-items-center mb-2' },
        h('h2', { class: 'mb-0' }, `办理：${task.name}`),
        close,
      ),
      place,
    );
    formPlace.hidden = false;
    const unmount = mountForm(place, task, async (data) => {
      const { setup, moves } = now;
      const given = {
        task: task.ref,
        after: after(),
        exact: true,
        values: data,
        decision: data.decision ?? null,
      };
      try {
        const state = await server.step({ setup, moves, act: given });
        setTimeout(() => guarded(() => take(state)));
        return { ok: true, status: 200, body: {} };
      } catch (error) {
        if (error instanceof Refused)
          return { ok: false, status: error.status, body: error.body, signedOut: error.signedOut };
        throw error;
      }
    });
    closeForm = () => {
      closeForm = () => {};
      formPlace.hidden = true;
      formPlace.replaceChildren();
      unmount();
    };
    formPlace.scrollIntoView({ block: 'start' });
    formPlace.querySelector('input, select, textarea')?.focus({ preventScroll: true });
  }

  /** Asks for the name of a scenario where messages stand. */
  function askTitle() {
    const title = h('input', {
      class: 'form-control form-control-sm',
      'aria-label': '方案名称',
      placeholder: '方案名称，如 退回一次后逾期',
      maxlength: '60',
      required: true,
    });
    say('');
    message.replaceChildren(
      h(
        'form',
        {
          class: 'qc-trial-keep',
          onsubmit: (event) => {
            event.preventDefault();
            keep(title.value);
          },
        },
        title,
        h('button', { class: 'btn btn-sm btn-primary' }, '保存'),
        h('button', { type: 'button', class: 'btn btn-sm', onclick: () => say('') }, '不保存'),
        h('span', { class: 'text-secondary' }, '走到这里为止的经过记为应当发生的事，随设计稿保存。'),
      ),
    );
    title.focus();
  }

  async function keep(title) {
    await guarded(async () => {
      const { setup, moves } = now;
      say('正在保存，并照方案再走一遍……');
      const made = await server.keep({ setup, moves, title });
      now.revision = made.revision;
      await showKept();
      say(`已保存为方案“${made.title}”`);
      if (made.differences.length)
        message.append(
          h('p', { class: 'mb-1' }, '照方案再走一遍时，有几处与刚才走的先后不同，以方案走出来的为准：'),
          differenceTable(made.differences),
        );
    });
  }

  async function remove(path) {
    await guarded(async () => {
      const { revision } = await server.kept();
      const saved = await saveDesign(base, revision, { [path]: null });
      if (now) now.revision = saved.revision;
      await showKept();
      say('方案已删除');
    });
  }

  async function showKept() {
    kept.show((await server.kept()).kept);
  }
}
