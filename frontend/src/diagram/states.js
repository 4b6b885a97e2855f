/** The states of an element: word, sign and order. The word and the sign say it without colour. */

export const STATES = {
  done: { word: '已完成', sign: '✓' },
  current: { word: '办理中', sign: '▶' },
  late: { word: '已逾期', sign: '!' },
  failed: { word: '出错', sign: '✕' },
};

/** @param {{word: string, sign: string} | undefined} state */
export const stateText = (state) => (state ? `${state.sign} ${state.word}` : '○ 尚未开始');

/**
 * @typedef {object} ElementInfo
 * @property {keyof STATES} [state]
 * @property {string} [title]
 * @property {string[]} [lines]
 * @property {string} [article]
 * @property {string} [calls] key of the process that a call activity calls
 */
