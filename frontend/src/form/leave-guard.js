/** Asks before unsaved input is left; links marked `data-save-first` save the draft and go on without asking. */

/**
 * @param {{unsaved: () => boolean, save: () => Promise<boolean>}} options
 * @returns {() => void} takes the guard away again
 */
export function leaveGuard({ unsaved, save }) {
  const beforeUnload = (event) => {
    if (unsaved()) event.preventDefault();
  };
  const click = async (event) => {
    const link = event.target.closest?.('a[data-save-first][href]');
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || !unsaved()) return;
    event.preventDefault();
    await save();
    window.location.assign(link.href);
  };
  window.addEventListener('beforeunload', beforeUnload);
  document.addEventListener('click', click);
  return () => {
    window.removeEventListener('beforeunload', beforeUnload);
    document.removeEventListener('click', click);
  };
}
