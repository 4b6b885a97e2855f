/** The figures of a version on its diagrams: a measure colours and numbers the elements, choosing one lists the cases that wait there. */
import { mountDiagram } from '../diagram/mount.js';
import { h, whenReady } from '../shared/dom.js';
import { legend, levelOf, stepsOf, written } from './scale.js';

whenReady(() => {
  const host = document.querySelector('[data-heat]');
  if (host) mountHeat(host);
});

/** @param {HTMLElement} host */
function mountHeat(host) {
  const figures = JSON.parse(document.querySelector('#heat-figures').textContent);
  const switches = document.querySelector('[data-heat-measures]');
  const told = document.querySelector('[data-heat-legend]');
  const list = createWaitingList(host.dataset.waiting);
  const asked = new URLSearchParams(location.search).get('measure');
  const wanted = [...switches.querySelectorAll('input')].find((input) => input.value === asked);
  if (wanted) wanted.checked = true;
  let drawn = null;

  const measure = () => switches.querySelector('input:checked').value;

  function paint() {
    if (!drawn) return;
    const { viewer, process } = drawn;
    const own = figures[process] ?? {};
    const steps = stepsOf(
      measure(),
      Object.values(own).map((figure) => figure[measure()] ?? 0),
    );
    colour(viewer, own, measure(), steps);
    told.replaceChildren(...legendOf(measure(), steps, host.dataset.unit));
  }

  switches.addEventListener('change', () => {
    paint();
    const address = new URL(location.href);
    address.searchParams.set('measure', measure());
    history.replaceState(null, '', address);
  });
  host.dataset.diagram = host.dataset.heat;
  mountDiagram(host, {
    onDrawn(viewer, process) {
      drawn = { viewer, process };
      paint();
    },
    onChosen: (id, process) =>
      list.show(id && figures[process]?.[id]?.waiting ? { process, element: id } : null),
  });
  host.append(list.element);
}

const LEVELS = [1, 2, 3].map((level) => `qc-heat-${level}`);

function colour(viewer, own, measure, steps) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  overlays.remove({ type: 'qc-heat' });
  for (const [id, figure] of Object.entries(own)) {
    const element = registry.get(id);
    if (!element || element.waypoints) continue;
    for (const marker of LEVELS) canvas.removeMarker(id, marker);
    const value = figure[measure];
    const level = levelOf(steps, value);
    if (level) canvas.addMarker(id, LEVELS[level - 1]);
    if (value == null || (!value && measure !== 'late')) continue;
    const html = h('span', { class: `qc-heat-number is-${level}` }, written(measure, value));
    overlays.add(id, 'qc-heat', { position: { top: -10, right: 18 }, scale: { min: 0.85, max: 1.1 }, html });
  }
}

function legendOf(measure, steps, unit) {
  if (!steps.length) return ['这张图上没有数字'];
  return steps.map((step) =>
    h('span', { class: `qc-heat-step is-${step.level}` }, legend(measure, step, unit)),
  );
}

/** The cases that wait at the chosen element, below the drawing. @param {string} address */
function createWaitingList(address) {
  const element = h('div', {
    class: 'qc-heat-waiting',
    role: 'region',
    'aria-label': '停留的案件',
    'aria-live': 'polite',
    tabindex: '0',
  });
  let latest = 0;
  return {
    element,
    /** @param {{process: string, element: string} | null} place */
    async show(place) {
      latest += 1;
      const own = latest;
      element.replaceChildren();
      element.hidden = !place;
      if (!place) return;
      const url = new URL(address, location.href);
      for (const [name, value] of Object.entries(place)) url.searchParams.set(name, value);
      const answer = await fetch(url, { headers: { 'X-Requested-With': 'XMLHttpRequest' } }).catch(
        () => null,
      );
      if (own !== latest) return;
      if (answer?.ok && !answer.redirected) element.innerHTML = await answer.text();
      else element.replaceChildren(h('p', { role: 'alert' }, '停留的案件没有取到，请稍后再点一次。'));
    },
  };
}
