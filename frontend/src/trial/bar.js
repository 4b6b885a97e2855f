/** The bar above the drawing: what day it is, how time goes on, the way back, and what is kept. */
import { h } from '../shared/dom.js';

/**
 * @param {{again: () => void, back: () => void, next: () => void, until: (day: string) => void, auto: () => void, keep: () => void}} acts
 */
export function createBar(acts) {
  const clock = h('strong', { class: 'qc-trial-clock nums' });
  const button = (label, act, title, style = '') =>
    h('button', { type: 'button', class: `btn btn-sm ${style}`.trim(), title, onclick: act }, label);
  const back = button('退回一步', acts.back, '放下最后一步');
  const again = button('重新开始', acts.again, '从头再来，可以换企业、地区和日期');
  const next = button('到下一件事', acts.next, '让时间走到下一个期限');
  const auto = button('按样例走到底', acts.auto, '没有定的都按通常的决定当日办理');
  const day = h('input', { type: 'date', class: 'form-control form-control-sm', 'aria-label': '走到哪一日' });
  const go = button(
    '走到这一日',
    () => day.value && acts.until(day.value),
    '让时间走到这一日早上；有新的任务要定时停下',
  );
  const moving = h('input', { type: 'checkbox', class: 'form-check-input m-0', id: 'trial-moving' });
  moving.checked = true;
  const keep = button('保存为方案……', acts.keep, '以后检查和部署之前照样再走一遍', 'btn-primary ms-auto');
  const group = (...inside) => h('div', { class: 'qc-trial-group' }, ...inside);
  const element = h(
    'div',
    { class: 'qc-trial-bar', role: 'toolbar', 'aria-label': '试运行' },
    group(clock),
    group(next, day, go, auto),
    group(back, again),
    group(moving, h('label', { class: 'form-check-label', for: 'trial-moving' }, '播放')),
    keep,
  );

  return {
    element,
    moving: () => moving.checked,
    /** @param {any} state how the trial stands; none before it begins */
    show(state) {
      element.hidden = !state;
      if (!state) return;
      clock.textContent = state.today;
      back.disabled = !state.moves.length;
      next.disabled = !state.coming.length;
      next.title = state.coming.length
        ? `下一件事：${state.coming[0].day} ${state.coming[0].words}`
        : '没有期限在等待';
      auto.disabled = state.ended;
      keep.disabled = !state.events.length;
      day.min = state.now.slice(0, 10);
    },
  };
}
