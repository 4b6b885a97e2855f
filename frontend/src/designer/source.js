/** The drawing as text, for experts. What cannot be read stays text, with the line that is wrong. */
import { h } from '../shared/dom.js';

export function createSource(touched) {
  const problem = h('p', { class: 'qc-source-problem', role: 'alert' });
  const area = h('textarea', { class: 'form-control', spellcheck: 'false', 'aria-label': '流程图源码' });
  const element = h('div', { class: 'qc-designer-source' }, problem, area);
  element.hidden = true;
  problem.hidden = true;
  area.addEventListener('input', () => {
    problem.hidden = true;
    touched();
  });
  return {
    element,
    shown: () => !element.hidden,
    text: () => area.value,
    open(text, error) {
      area.value = text;
      element.hidden = false;
      this.complain(error);
    },
    close() {
      element.hidden = true;
    },
    complain(error) {
      problem.hidden = !error;
      if (error) problem.textContent = `这份源码画不出来：${reason(error, area.value)}`;
    },
  };
}

/** @param {Error} error of bpmn-js @param {string} text @returns {string} */
export function reason(error, text) {
  const parsed = new DOMParser().parseFromString(text, 'text/xml').querySelector('parsererror');
  const line = /line(?:[: ]+)(\d+)/i.exec(parsed?.textContent ?? error.message)?.[1];
  if (parsed) return `${line ? `第 ${line} 行附近` : ''}不是格式正确的 XML`;
  if (/no diagram|no plane|no process/i.test(error.message)) return '里面没有流程图（缺少图形位置）';
  return line ? `第 ${line} 行附近有看不懂的内容` : '里面没有可以画出来的流程';
}
