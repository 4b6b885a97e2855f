/** Walks through the scenarios that are kept with a design, one request each, so that none keeps the server long. */
import { ask } from './server.js';

/**
 * @param {string} base the address of the design
 * @param {(words: string) => void} say told how far it has come
 * @returns {Promise<string[]>} the titles of those in which something else happens than must
 */
export async function differing(base, say) {
  const { kept } = await ask(`${base}/trial/kept`);
  const found = [];
  for (const [i, { path, title }] of kept.entries()) {
    say(`正在照保留的方案走：第 ${i + 1} 个，共 ${kept.length} 个……`);
    const outcome = await ask(`${base}/trial/check`, { method: 'POST', json: { path } });
    if (!outcome.as_expected) found.push(title);
  }
  if (kept.length && !found.length) say(`照 ${kept.length} 个保留的方案走过，都与原来相同`);
  return found;
}

/** What to tell of them. */
export const differenceInWords = (titles) =>
  `方案“${titles.join('”“')}”走出来与原来不同，请到“试运行”逐行看过，改回或者按新的结果改写`;
