/** Beside a table: what its columns mean, who asks it, and what may stand in a cell. */
import { h } from '../shared/dom.js';
import { written } from './values.js';

const KINDS = { number: '数字', string: '文字', boolean: '是或否', '': '—' };

const WRITING = [
  ['-', '什么值都行（空着也一样）'],
  ['"large"', '等于这段文字；文字要加英文双引号'],
  ['"a","b"', '是其中之一'],
  ['not("a","b")', '都不是'],
  ['> 50000　<= 100', '比较；还有 <、>=、!='],
  ['[0..50000]', '从 0 到 50000，含两头；写成 ]0..50000[ 不含两头'],
  ['true　false', '是、否'],
  ['? > 50000 and ? * 0.7 <= 100000', '算式，用 ? 代表这一列的值'],
];

const RESULTS = [
  ['100000', '一个数；不写千分位，不写“元”'],
  ['"excellent"', '一段文字，加英文双引号'],
  ['round(50000 + (fee - 50000) * 0.7, 2)', '算式，可用案件里的变量；按十进制精确计算，round 四舍五入'],
  ['min(100000, fee * 0.5)', '取小；取大用 max'],
  ['"合计 " + str(fee) + " 元"', '把文字和数连起来'],
];

/** What an entry may look like. */
export function writing() {
  const part = (title, rows) =>
    h(
      'div',
      {},
      h('h3', {}, title),
      h('dl', {}, ...rows.flatMap(([code, words]) => [h('dt', {}, h('code', {}, code)), h('dd', {}, words)])),
    );
  return h(
    'details',
    { class: 'qc-legend' },
    h('summary', {}, '格里怎么写'),
    h('div', { class: 'qc-legend-two' }, part('输入格', WRITING), part('输出格', RESULTS)),
    h(
      'p',
      { class: 'text-secondary' },
      '没有一行适用，或者“唯一”的表有两行同时适用时，案件会停下来等管理员处理。日期、循环、赋值和没有列出的函数不能用；写错的格有红框和 ■。',
    ),
  );
}

/** @param {any[]} columns */
export function meanings(columns) {
  const rows = columns.map(({ part, label, name, kind, values, field, gone }) =>
    h(
      'tr',
      {},
      h('td', {}, part === 'given' ? '输入' : '输出'),
      h('td', {}, label),
      h('td', {}, h('code', {}, name)),
      h('td', {}, KINDS[kind]),
      h('td', {}, gone ? '—' : field ? `表单“${field.form}”的“${field.title}”` : '—'),
      h('td', {}, values.map(({ value, label: words }) => `${written(value, kind)}（${words}）`).join('，')),
    ),
  );
  const head = ['', '列', '变量', '类型', '来自', '可填的值'].map((words) =>
    h('th', { scope: 'col' }, words),
  );
  return h(
    'details',
    { class: 'qc-legend' },
    h('summary', {}, '各列的含义'),
    h('table', { class: 'table qc-table' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
  );
}
