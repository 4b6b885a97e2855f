/** The assistant above the form of a migration plan: an element on the left, then one on the right, and the one becomes the other. */
import { h, icon, whenReady } from '../shared/dom.js';
import { createDrawing } from './drawing.js';
import { makePickable, readSections, write } from './form.js';
import { createPlan } from './plan.js';

const HINT = '先点左图（旧版）的环节，再点右图（新版）的环节，前者的案件就改到后者。同号的环节互相对应。';

whenReady(() => {
  const host = document.querySelector('[data-migration]');
  if (host) mountAssistant(host);
});

/** @param {HTMLElement} host */
function mountAssistant(host) {
  const { undecided, gone, versions } = host.dataset;
  const sections = readSections();
  if (!sections.length) return;
  const plan = createPlan(
    sections.flatMap((section) => section.rows),
    { undecided, gone },
  );
  const [oldLabel, newLabel] = versions.split('|');
  const left = createDrawing({ label: `旧版：${oldLabel}`, onClick: clickOld });
  const right = createDrawing({ label: `新版：${newLabel}`, onClick: clickNew });
  const which = h('select', {
    class: 'form-select form-select-sm',
    'aria-label': '看哪张图',
    onchange: () => show(chosen()),
  });
  const hint = h('p', { class: 'qc-migration-hint', role: 'status' });
  const acts = h('div', { class: 'qc-migration-acts' });
  const undo = h(
    'button',
    { type: 'button', class: 'btn btn-sm', onclick: takeBack },
    icon('arrow-back-up'),
    '撤销上一步',
  );
  let section = mostUrgent();
  let picked = null;

  host.className = 'qc-paper qc-migration mb-3';
  host.append(
    h('div', { class: 'qc-migration-bar' }, which, undo, hint, acts),
    h('div', { class: 'qc-migration-pair' }, left.element, right.element),
  );
  host.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') pick(null);
    if (event.key === 'z' && (event.ctrlKey || event.metaKey) && plan.canUndo) {
      event.preventDefault();
      takeBack();
    }
  });
  for (const one of sections) {
    for (const row of one.rows) {
      makePickable(row, () => pickFromList(one, row));
      row.select.addEventListener('change', () => {
        if (plan.decide(row.field, row.select.value)) changed(row);
      });
    }
  }
  show(section);

  /** Where cases wait at something undecided, else where something is undecided, else the first. */
  function mostUrgent() {
    const open = (row) => plan.isUndecided(row);
    const urgent = sections.find((one) => one.rows.some((row) => open(row) && row.waiting));
    return urgent ?? sections.find((one) => one.rows.some(open)) ?? sections[0];
  }

  /** Sections that stand on the same two drawings as the chosen one: a process and the sub-processes drawn in it. */
  const here = () => sections.filter((one) => one.old === section.old && one.new === section.new);
  const rowsHere = () => here().flatMap((one) => one.rows);
  function chosen() {
    return sections[Number(which.value)];
  }

  async function show(next) {
    section = next;
    pick(null);
    try {
      await Promise.all([left.open(section.old), right.open(section.new)]);
    } catch (error) {
      say(error.message);
      return;
    }
    left.enter(section.scopes[0]);
    right.enter(section.scopes[1]);
    paint();
  }

  function paint() {
    const rows = rowsHere();
    left.mark(new Map(rows.map((row) => [row.element, markOf(row)])));
    const taken = [...plan.taken(rows)].map(([id, numbers]) => [id, { numbers }]);
    const added = here().flatMap((one) => one.added.map((id) => [id, { text: '新', kind: 'new' }]));
    right.mark(new Map([...added, ...taken]));
    undo.disabled = !plan.canUndo;
    which.replaceChildren(
      ...sections.map((one, i) => h('option', { value: String(i), selected: one === section }, labelOf(one))),
    );
  }

  function markOf(row) {
    const count = row.waiting ? `${row.waiting} 件` : '';
    if (plan.isGone(row)) return { text: `${row.number} 取消`, kind: 'gone', count };
    if (plan.isUndecided(row))
      return { text: `${row.number} 待定`, kind: 'open', count: count && `${count}，不能迁移` };
    return { numbers: [row.number], count };
  }

  function labelOf(one) {
    const open = one.rows.filter((row) => plan.isUndecided(row)).length;
    return open ? `${one.label}（${open} 个待定）` : one.label;
  }

  function say(text) {
    hint.textContent = text;
  }

  function clickOld(id) {
    const row = rowsHere().find((one) => one.element === id);
    if (row || !id) pick(row ?? null);
    else say(`“${left.nameOf(id)}”自动办理，没有案件停在这里，不需要对应。`);
  }

  function clickNew(id) {
    if (!id) return;
    if (picked) {
      if (plan.targets(picked).includes(id)) decide(picked, id);
      else
        say(
          `“${picked.name}”不能改为“${right.nameOf(id)}”：它们不是同一类环节，或不在同一层图里。可以对应的环节有虚线框。`,
        );
      return;
    }
    const rows = rowsHere().filter((row) => row.value === id);
    left.light(
      'qc-selected',
      rows.map((row) => row.element),
    );
    right.light('qc-selected', [id]);
    const names = rows.map((row) => `${row.number} 号“${row.name}”`).join('、');
    say(names ? `“${right.nameOf(id)}”接收旧版的 ${names}。` : `没有旧版环节改为“${right.nameOf(id)}”。`);
  }

  /** @param {import('./form.js').Line | null} row */
  function pick(row) {
    picked = row;
    left.light('qc-selected', row ? [row.element] : []);
    right.light('qc-possible', row ? plan.targets(row) : []);
    right.light('qc-selected', row && plan.targets(row).includes(row.value) ? [row.value] : []);
    acts.replaceChildren();
    if (!row) {
      say(HINT);
      return;
    }
    left.reveal(row.element);
    right.reveal(row.value);
    const waiting = row.waiting ? `，${row.waiting} 件停在这里` : '';
    say(`已选 ${row.number} 号“${row.name}”${waiting}：请点右图中它改为的环节。`);
    acts.append(
      act(row.kind === 'boundary' ? '不再触发' : '取消，不再办理', () => decide(row, gone)),
      ...(inside(row) ? [act('打开子流程', () => show(inside(row)))] : []),
      act('不选', () => pick(null)),
    );
  }

  const act = (label, onclick) => h('button', { type: 'button', class: 'btn btn-sm', onclick }, label);

  /** The section behind an activity that stays one. */
  function inside(row) {
    if (row.kind !== 'activity') return null;
    const called = left.calledBy(row.element);
    return sections.find((one) => one !== section && one.scopes[0] === called) ?? null;
  }

  async function pickFromList(one, row) {
    if (one.old !== section.old || one.new !== section.new) await show(one);
    pick(row);
    host.scrollIntoView({ block: 'nearest' });
  }

  function decide(row, value) {
    const done = plan.decide(row.field, value);
    pick(null);
    if (done) changed(done);
  }

  function takeBack() {
    const row = plan.undo();
    if (!row) return;
    pick(null);
    changed(row, '已撤销：');
  }

  function changed(row, before = '') {
    write(row, undecided);
    paint();
    left.light('qc-selected', [row.element]);
    right.light('qc-selected', [row.value]);
    const later = row.kind === 'activity' ? '。子流程里的环节在保存后重新列出' : '';
    say(`${before}${plan.told(row)}${later}。`);
  }
}
