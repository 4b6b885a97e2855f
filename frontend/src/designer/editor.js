/** bpmn-js with its companions, in Chinese, with our palette, our panel and only what is executed. */
import minimap from 'diagram-js-minimap';
import tokenSimulation from 'bpmn-js-token-simulation';
import Modeler from 'bpmn-js/lib/Modeler';
import Keyboard from './drawing/keyboard.js';
import Menu from './drawing/menu.js';
import Pad from './drawing/pad.js';
import Palette from './drawing/palette.js';
import Spoken from './drawing/spoken.js';
import words from './language/words.js';
import moddle from './moddle.json';
import Panel from './panel/panel.js';

const OURS = {
  __init__: ['panel', 'ownPalette', 'ownPad', 'ownMenu', 'ownKeyboard', 'spoken'],
  panel: ['type', Panel],
  ownPalette: ['type', Palette],
  ownPad: ['type', Pad],
  ownMenu: ['type', Menu],
  ownKeyboard: ['type', Keyboard],
  spoken: ['type', Spoken],
};

/** @param {{canvas: HTMLElement, reference: any, panel: any}} given `panel` is what the panel needs to know */
export function createEditor({ canvas, reference, panel }) {
  return new Modeler({
    container: canvas,
    reference,
    panel,
    moddleExtensions: { spiffworkflow: moddle },
    additionalModules: [minimap, tokenSimulation, words, OURS],
  });
}
