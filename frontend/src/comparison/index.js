/** Mounts a comparison on every `[data-comparison]`: two drawings side by side, what changed marked on both. */
import { h, onEvery } from '../shared/dom.js';
import { fit } from '../diagram/view.js';
import { legend } from './marks.js';
import { createSide } from './side.js';
import { together } from './together.js';
import { changesInOrder, describe } from './order.js';

onEvery('[data-comparison]', mount);

/** @param {HTMLElement} host */
async function mount(host) {
  const data = JSON.parse(document.querySelector(host.dataset.comparison).textContent);
  if (!data.diagrams.length) return;
  const choice = h(
    'select',
    {
      class: 'form-select w-auto',
      'aria-label': '流程图',
      onchange: () => open(data.diagrams[choice.selectedIndex]),
    },
    ...data.diagrams.map((diagram) => h('option', {}, describe(diagram))),
  );
  const tool = (words, run) => h('button', { type: 'button', class: 'btn', onclick: run }, words);
  const position = h('span', { class: 'qc-comparison-position', role: 'status' });
  const bar = h(
    'div',
    { class: 'qc-comparison-bar', role: 'toolbar', 'aria-label': '并排的流程图' },
    choice,
    tool('上一处', () => step(-1)),
    tool('下一处', () => step(1)),
    tool('放大', () => zoom(1.25)),
    tool('缩小', () => zoom(0.8)),
    tool('全图', whole),
    position,
    legend(data.words),
  );
  const [before, after] = [createSide(data.old, data.words), createSide(data.new, data.words)];
  host.replaceChildren(bar, h('div', { class: 'qc-comparison-sides' }, before.element, after.element));
  const pair = together(before.viewer, after.viewer);
  let current = data.diagrams[0];
  let order = [];
  let at = -1;

  for (const side of [before, after]) {
    side.onClick((id) => {
      const index = order.indexOf(id);
      if (index >= 0) choose(index, false);
    });
  }

  async function open(diagram) {
    current = diagram;
    choice.selectedIndex = data.diagrams.indexOf(diagram);
    at = -1;
    // A drawing that is the same on both sides travels once.
    await pair.apart(async () => {
      await before.show(diagram.old, diagram.changes);
      await after.show(diagram.same ? diagram.old : diagram.new, diagram.changes);
    });
    order = changesInOrder(diagram.changes, (id) => after.place(id) ?? before.place(id));
    position.textContent = order.length ? `共 ${order.length} 处` : '没有差别';
    whole();
  }

  function whole() {
    const wider = after.empty() || before.size() > after.size() ? before : after;
    pair.apart(() => fit(wider.viewer));
    pair.follow(wider.viewer);
  }

  function zoom(factor) {
    const shown = after.empty() ? before : after;
    const canvas = shown.viewer.get('canvas');
    canvas.zoom(canvas.zoom() * factor);
  }

  function step(by) {
    if (order.length) choose((at + by + order.length) % order.length, true);
  }

  function choose(index, centre) {
    at = index;
    const id = order[at];
    const { name } = current.changes[id];
    position.textContent = `第 ${at + 1} 处，共 ${order.length} 处：${name || id}`;
    pair.apart(() => {
      before.choose(id, centre);
      after.choose(id, centre);
    });
    for (const button of document.querySelectorAll('[data-change][aria-current]'))
      button.removeAttribute('aria-current');
    rowOf(id)?.setAttribute('aria-current', 'true');
  }

  const rowOf = (id) =>
    [...document.querySelectorAll('[data-change]')].find(
      (button) => button.dataset.change === id && button.dataset.file === current.path,
    );

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-change]');
    if (!button) return;
    const diagram = data.diagrams.find((one) => one.path === button.dataset.file);
    if (!diagram) return;
    if (diagram !== current) await open(diagram);
    const index = order.indexOf(button.dataset.change);
    if (index < 0) return;
    host.scrollIntoView({ block: 'start' });
    choose(index, true);
  });

  await open(current);
}
