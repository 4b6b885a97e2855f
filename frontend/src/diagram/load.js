/** Brings the drawing and its state. */

/** A sentence for the reader, thrown when something cannot be shown. */
export class DiagramError extends Error {}

/**
 * @param {string} url
 * @param {'text'|'json'} kind
 */
async function get(url, kind) {
  let response;
  try {
    response = await fetch(url, {
      credentials: 'same-origin',
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
    });
  } catch {
    throw new DiagramError('网络不通，流程图没有取到。请检查网络后重试。');
  }
  if (response.status === 404) throw new DiagramError('没有找到这张流程图，或您没有查看的权限。');
  if (!response.ok) throw new DiagramError('流程图没有取到，请稍后重试。');
  return response[kind]();
}

/** @param {string} source an address, or `#id` of a script element that holds the drawing as a JSON string */
export async function loadXml(source) {
  if (!source.startsWith('#')) return get(source, 'text');
  return JSON.parse(document.querySelector(source)?.textContent || '""');
}

/**
 * @param {string | undefined} source an address, or `#id` of a script element that holds JSON
 * @returns {Promise<{elements: Record<string, import('./states.js').ElementInfo>, actors?: Record<string, string>, current_process?: string, live: boolean}>}
 *   `live` is false for a drawing that no case runs on: nothing in it is done or still to be done
 */
export async function loadState(source) {
  const none = { elements: {}, live: true };
  if (!source) return none;
  try {
    const text = source.startsWith('#') ? document.querySelector(source)?.textContent : null;
    const state = text === null ? await get(source, 'json') : JSON.parse(text ?? '{}');
    return { ...none, ...state };
  } catch (error) {
    if (error instanceof DiagramError)
      throw new DiagramError('流程图已显示，但办理进度没有取到，请稍后重试。');
    return none;
  }
}
