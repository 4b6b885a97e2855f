/** Lights what follows the chosen decision wherever the page tells it: `[data-consequence="approve"]`. */

/** @param {unknown} decision */
export function highlightConsequence(decision) {
  for (const element of document.querySelectorAll('[data-consequence]')) {
    element.classList.toggle('is-chosen', element.dataset.consequence === decision);
  }
}
