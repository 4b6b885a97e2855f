/** The files of a design as they stand in the browser, and which of them were changed here. */

/**
 * @param {Record<string, string>} saved by path
 * @param {Record<string, string>} borrowed files of the library that become the design's own once they are changed
 */
export function createFiles(saved, borrowed) {
  const texts = new Map([...Object.entries(borrowed), ...Object.entries(saved)]);
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
   * Takes over what somebody else has saved.
   *
   * @param {Record<string, string | null>} theirs null for what they took away
   * @returns {string[]} the files that are not what they were here
   */
  function replace(theirs) {
    const fresh = Object.keys(theirs).filter((path) => (texts.get(path) ?? null) !== theirs[path]);
    for (const path of fresh)
      if (theirs[path] === null) texts.delete(path);
      else texts.set(path, theirs[path]);
    for (const path of Object.keys(theirs)) changed.delete(path);
    return fresh;
  }

  return { text: (path) => texts.get(path), paths: () => [...texts.keys()], set, changes, replace };
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
