/** Asks the server what is wrong, while one edits and when one asks; an answer to an older question is left aside. */

const AFTER = 1200; // milliseconds without a change

/** @param {{ask: () => Promise<any[]>, show: (problems: any[]) => void, failed: (error: Error) => void}} given */
export function createChecking({ ask, show, failed }) {
  let timer = 0;
  let asked = 0;

  /** @returns {Promise<boolean>} whether an answer was shown */
  async function now() {
    clearTimeout(timer);
    asked += 1;
    const own = asked;
    try {
      const problems = await ask();
      if (own === asked) show(problems);
      return own === asked;
    } catch (error) {
      if (own === asked) failed(error);
      return false;
    }
  }

  return {
    now,
    soon() {
      clearTimeout(timer);
      timer = setTimeout(now, AFTER);
    },
  };
}
