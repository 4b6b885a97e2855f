/** Time limits as the diagrams write them, taken apart for the panel and put together again. */

export const UNITS = [
  { value: 'days', label: '日' },
  { value: 'workdays', label: '工作日' },
  { value: 'months', label: '月' },
  { value: 'years', label: '年' },
];
export const WAYS = [
  { value: 'none', label: '没有期限' },
  { value: 'span', label: '自某件事起若干时间' },
  { value: 'yearly', label: '每年的某一天' },
  { value: 'fixed', label: '文书写明的某一天' },
  { value: 'text', label: '按情形不同（写表达式）' },
];
export const YEARS = [
  { value: '', label: '每年' },
  { value: 'even', label: '双数年' },
  { value: 'odd', label: '单数年' },
];

const SPAN = /^(days|workdays|months|years)\((\d+), since=(\w+)\)$/;
const YEARLY = /^every_year\((\d+), (\d+)(?:, years="(even|odd)")?(?:, since=(\w+))?\)$/;
const FIXED = /^fixed_day\((\w+), since=(\w+)\)$/;

/**
 * @typedef {{way: string, unit?: string, value?: string, since?: string, month?: string, day?: string, years?: string}} Limit
 *
 * @param {string} source
 * @returns {Limit} `way` is `text` for what only the expression can say
 */
export function readLimit(source) {
  const text = source.trim();
  if (!text) return { way: 'none' };
  const span = SPAN.exec(text);
  if (span) return { way: 'span', unit: span[1], value: span[2], since: span[3] };
  const yearly = YEARLY.exec(text);
  if (yearly)
    return {
      way: 'yearly',
      month: yearly[1],
      day: yearly[2],
      years: yearly[3] ?? '',
      since: yearly[4] ?? '',
    };
  const fixed = FIXED.exec(text);
  if (fixed) return { way: 'fixed', day: fixed[1], since: fixed[2] };
  return { way: 'text' };
}

/** @param {Limit} limit @returns {string | null} null while something is missing */
export function writeLimit({ way, unit = 'months', value, since, month, day, years }) {
  if (way === 'none') return '';
  if (way === 'span') return Number(value) > 0 && since ? `${unit}(${Number(value)}, since=${since})` : null;
  if (way === 'yearly')
    return Number(month) && Number(day)
      ? `every_year(${Number(month)}, ${Number(day)}${years ? `, years="${years}"` : ''}${since ? `, since=${since}` : ''})`
      : null;
  if (way === 'fixed') return day && since ? `fixed_day(${day}, since=${since})` : null;
  return null;
}
