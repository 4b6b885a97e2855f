/** Dates, sizes and numbers as the screens write them. */

const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];

/**
 * @param {string | undefined} iso `2027-02-08`
 * @returns {string} `周一`, or nothing for what is no date
 */
export function weekday(iso) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso || '');
  if (!match) return '';
  const day = new Date(Date.UTC(+match[1], match[2] - 1, +match[3]));
  const real = day.getUTCDate() === +match[3] && day.getUTCMonth() === match[2] - 1;
  return real ? WEEKDAYS[day.getUTCDay()] : '';
}

const two = (number) => number.padStart(2, '0');

/**
 * @param {string} text `2027-02-08`, `2027/2/8`, `2027.2.8`, `20270208`, `2027年2月8日`
 * @returns {string | null} `2027-02-08`; null for what is no day of the calendar
 */
export function isoDay(text) {
  const plain = String(text ?? '')
    .normalize('NFKC')
    .replace(/\s/g, '');
  const match =
    /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (!match) return null;
  const iso = `${match[1]}-${two(match[2])}-${two(match[3])}`;
  return weekday(iso) ? iso : null;
}

/**
 * @param {string} text `2027-02`, `2027/2`, `2027.2`, `202702`, `2027年2月`
 * @returns {string | null} `2027-02`
 */
export function isoMonth(text) {
  const plain = String(text ?? '')
    .normalize('NFKC')
    .replace(/\s/g, '');
  const match = /^(\d{4})[-/.年](\d{1,2})月?$/.exec(plain) ?? /^(\d{4})(\d{2})$/.exec(plain);
  if (!match || Number(match[2]) < 1 || Number(match[2]) > 12) return null;
  return `${match[1]}-${two(match[2])}`;
}

/**
 * @param {string | number | Date} instant
 * @returns {string} `14:02` in Beijing, with the date before it when that is not today
 */
export function clock(instant) {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  const options = { timeZone: 'Asia/Shanghai', hourCycle: 'h23' };
  const time = date.toLocaleTimeString('zh-CN', { ...options, hour: '2-digit', minute: '2-digit' });
  const day = (value) => value.toLocaleDateString('zh-CN', { timeZone: 'Asia/Shanghai' });
  if (day(date) === day(new Date())) return time;
  const short = date.toLocaleDateString('zh-CN', { ...options, month: 'long', day: 'numeric' });
  return `${short} ${time}`;
}

/**
 * @param {number} bytes
 * @returns {string} `1.2 MB`
 */
export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/**
 * @param {number} value
 * @returns {string} `1,234,567.8`
 */
export function grouped(value) {
  return Number.isFinite(value) ? value.toLocaleString('zh-CN', { maximumFractionDigits: 6 }) : '';
}
