/** Which figure is how hot, and how it is written. */

/** Steps of the scale: colour, and the word that says it without colour. */
export const STEPS = [
  { level: 1, word: '少' },
  { level: 2, word: '较多' },
  { level: 3, word: '多' },
];
const DURATION_WORDS = ['短', '较长', '长'];
const SHARE_WORDS = ['低', '较高', '高'];
const SHARES = [0.05, 0.2];

/**
 * @typedef {'waiting' | 'median' | 'ninth' | 'late' | 'incidents'} Measure
 * @typedef {{level: number, from: number, to: number, word: string}} Step both ends included
 */

/**
 * The steps of a measure. Shares of late work are held against fixed bounds; everything else against the largest figure shown.
 *
 * @param {Measure} measure
 * @param {number[]} figures
 * @returns {Step[]} without those that no figure can reach
 */
export function stepsOf(measure, figures) {
  const most = Math.max(0, ...figures);
  if (most === 0) return [];
  const bounds = measure === 'late' ? [...SHARES, 1] : [most / 3, (2 * most) / 3, most];
  const words = { median: DURATION_WORDS, ninth: DURATION_WORDS, late: SHARE_WORDS }[measure];
  const steps = STEPS.map(({ level, word }, i) => ({
    level,
    word: words?.[i] ?? word,
    from: i ? bounds[i - 1] : 0,
    to: bounds[i],
  }));
  if (measure !== 'waiting' && measure !== 'incidents') return steps;
  return steps
    .map((step) => ({ ...step, from: Math.floor(step.from) + 1, to: Math.floor(step.to) }))
    .filter((step) => step.from <= step.to);
}

/**
 * @param {Step[]} steps
 * @param {number | null | undefined} figure
 * @returns {number} 0 for nothing, else the level of the step
 */
export function levelOf(steps, figure) {
  if (!figure) return 0;
  return (steps.find((step) => figure <= step.to) ?? steps[steps.length - 1])?.level ?? 0;
}

/**
 * @param {Measure} measure
 * @param {number} figure
 * @returns {string} as it stands on an element
 */
export function written(measure, figure) {
  if (measure === 'late') return `${Math.round(figure * 100)}%`;
  return measure === 'median' || measure === 'ninth' ? figure.toFixed(1) : String(figure);
}

/**
 * @param {Measure} measure
 * @param {Step} step
 * @param {string} unit of durations
 * @returns {string} `较多 3–5 件`, `长 12.0 日以上`
 */
export function legend(measure, step, unit) {
  const after = { waiting: ' 件', incidents: ' 次', median: ` ${unit}`, ninth: ` ${unit}`, late: '' }[
    measure
  ];
  const [from, to] = [step.from, step.to].map((bound) => written(measure, bound));
  if (measure === 'waiting' || measure === 'incidents')
    return `${step.word} ${from === to ? from : `${from}–${to}`}${after}`;
  if (step.level === 1) return `${step.word} ${to}${after}以内`;
  return step.level === 3 ? `${step.word} ${from}${after}以上` : `${step.word} ${from}–${to}${after}`;
}
