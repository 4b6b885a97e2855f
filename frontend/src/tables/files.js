/** The files of a design as they stand in the browser: what is changed here, and what another person's save changes. */

/**
 * @param {Record<string, string>} saved by path
 * @param {Record<string, string>} borrowed files of the library that become the design's own once they are changed
 */
export function createFiles(saved, borrowed) {
  let texts = new Map([...Object.entries(borrowed), ...Object.entries(saved)]);
  const changed = new Set();

  /** @param {string} path @param {string | null} text null for a file that goes */
  function set(path, text) {
    if ((texts.get(path) ?? null) === text) return;
    if (text === null) texts.delete(path);
    else texts.set(path, text);
    changed.add(path);
  }

  const changes = () => Object.fromEntries([...changed].map((path) => [path, texts.get(path) ?? null]));

  /**
   * Takes over what somebody else has saved, but for the files that both changed.
   *
   * @param {Record<string, string>} base what both began from
   * @param {Record<string, string>} theirs
   * @returns {string[]} the files that both changed, and differently
   */
  function merge(base, theirs) {
    const at = (files, path) => files[path] ?? null;
    for (const path of changed) if ((texts.get(path) ?? null) === at(base, path)) changed.delete(path);
    const clashes = [...changed].filter((path) => {
      const other = at(theirs, path);
      return other !== at(base, path) && other !== (texts.get(path) ?? null);
    });
    const mine = changes();
    texts = new Map([...Object.entries(borrowed), ...Object.entries(theirs)]);
    for (const [path, text] of Object.entries(mine)) {
      if (text === null) texts.delete(path);
      else texts.set(path, text);
    }
    return clashes;
  }

  /** Gives up what was changed here of a file. @param {string} path @param {string | undefined} theirs */
  function yieldTo(path, theirs) {
    changed.delete(path);
    if (theirs === undefined) texts.delete(path);
    else texts.set(path, theirs);
  }

  return { text: (path) => texts.get(path), paths: () => [...texts.keys()], set, changes, merge, yieldTo };
}

/** The decisions of a DMN file as far as a browser can read it. @param {string} text @returns {{id: string, name: string}[]} */
export function decisionsIn(text) {
  const parsed = new DOMParser().parseFromString(text ?? '', 'text/xml');
  const found = [...parsed.getElementsByTagNameNS('*', 'decision')];
  return found.map((one) => ({
    id: one.getAttribute('id') ?? '',
    name: one.getAttribute('name') || one.getAttribute('id') || '',
  }));
}
