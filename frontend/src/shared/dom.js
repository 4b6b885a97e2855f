/** Small helpers for modules without React. */

/**
 * Calls `setup` once for every element that matches, now and after each HTMX swap.
 *
 * @param {string} selector
 * @param {(element: HTMLElement) => void} setup
 */
export function onEvery(selector, setup) {
  const seen = new WeakSet();
  const scan = () => {
    for (const element of document.querySelectorAll(selector)) {
      if (seen.has(element)) continue;
      seen.add(element);
      setup(element);
    }
  };
  whenReady(scan);
  document.addEventListener('htmx:load', scan);
}

/** @param {() => void} run */
export function whenReady(run) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', run);
  else run();
}

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)> | null} [attributes] `on…` functions become listeners
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** The sprite lies beside the script that asks for it. */
const scriptAddress = typeof document === 'undefined' ? null : document.currentScript;
export const spriteUrl = scriptAddress
  ? new URL('icons.svg' + new URL(scriptAddress.src).search, scriptAddress.src).pathname
  : 'icons.svg';

/**
 * @param {string} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${spriteUrl}#${name}`);
  svg.append(use);
  return svg;
}
