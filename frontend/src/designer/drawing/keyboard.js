/** The palette without a mouse: Tab reaches its entries, Enter and Space use them, and what is new finds its own place. */
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { isExpanded } from 'bpmn-js/lib/util/DiUtil';
import { getBBox } from 'diagram-js/lib/util/Elements';
import { freePlace, homeOf, middle } from './places.js';

const TOOLS = {
  'hand-tool': 'handTool',
  'lasso-tool': 'lassoTool',
  'space-tool': 'spaceTool',
  'global-connect-tool': 'globalConnectTool',
};
const KEYS = ['Enter', ' '];
const PUT = 'elements.put';
const EDGE = { left: 50, right: 20, top: 20, bottom: 20 }; // of a pool around what it takes in; its name stands at the left

export default class Keyboard {
  constructor(
    eventBus,
    palette,
    editorActions,
    create,
    canvas,
    elementRegistry,
    selection,
    rules,
    commandStack,
  ) {
    Object.assign(this, { eventBus, palette, editorActions, canvas, selection, rules, commandStack });
    this.shapes = () => elementRegistry.filter((one) => !one.waypoints && !one.labelTarget && one.parent);
    commandStack.registerHandler(PUT, Put);
    eventBus.on('palette.create', ({ container }) => this.listen(container));
    eventBus.on('palette.changed', () => this.entries?.().forEach(reachable));
    canvas.getContainer().addEventListener('input', searched);
    eventBus.on(['directEditing.complete', 'directEditing.cancel'], () => canvas.restoreFocus());
    const follow = create.start;
    create.start = (event, elements, context) =>
      event instanceof KeyboardEvent ? this.put([elements].flat()) : follow(event, elements, context);
  }

  listen(container) {
    this.entries = () => container.querySelectorAll('.entry');
    container.setAttribute('role', 'toolbar');
    container.setAttribute('aria-label', '可以放进图里的图形');
    container.addEventListener('keydown', (event) => {
      const entry = event.target.closest('.entry');
      if (!entry || !KEYS.includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.use(entry.dataset.action, event);
    });
  }

  use(name, event) {
    if (name in TOOLS) this.editorActions.trigger(TOOLS[name]);
    else this.palette.triggerEntry(name, 'click', event);
  }

  /** After the selected element where something can follow it, else in the middle of what is seen. The first is the one meant, the others stand in it. */
  put(elements) {
    const [shape] = elements;
    const source = this.before(shape);
    this.eventBus.fire('autoPlace.start', { source, shape });
    const put = source
      ? { position: this.eventBus.fire('autoPlace', { source, shape }), parent: source.parent }
      : this.home(elements);
    if (!put) return;
    const context = { elements, source, ...put };
    this.commandStack.execute(PUT, context);
    this.eventBus.fire('autoPlace.end', { source, shape: context.elements[0] });
  }

  /** The selected element, if a flow can lead from it to the new one. */
  before(shape) {
    const [selected, ...others] = this.selection.get();
    const source = selected?.labelTarget ?? selected;
    if (!source || others.length || !is(source, 'bpmn:FlowNode')) return null;
    const hints = { targetParent: source.parent };
    const way = this.rules.allowed('connection.create', { source, target: shape, hints });
    return way?.type === 'bpmn:SequenceFlow' ? source : null;
  }

  home(elements) {
    const [shape] = elements;
    const root = this.canvas.getRootElement();
    const here = this.shapes().filter((one) => this.canvas.findRoot(one) === root);
    if (is(shape, 'bpmn:Participant') && is(root, 'bpmn:Process') && here.length)
      return this.around(shape, here, root);
    const holders = here.filter(holds);
    const taken = here.filter((one) => !holds(one) && !is(one, 'bpmn:Group'));
    const place = freePlace(middle(this.canvas.viewbox()), shape, taken);
    const allowed = (target, position) =>
      this.rules.allowed('elements.create', { elements: [shape], target, position });
    const found = homeOf(place, holders, root, allowed);
    return found && { position: found.place, parent: found.holder };
  }

  /** The first pool takes in all that is drawn. */
  around(pool, here, root) {
    const { x, y, width, height } = getBBox(here);
    pool.width = Math.max(pool.width, width + EDGE.left + EDGE.right);
    pool.height = Math.max(pool.height, height + EDGE.top + EDGE.bottom);
    const position = { x: x - EDGE.left + pool.width / 2, y: y - EDGE.top + pool.height / 2 };
    return { position, parent: root };
  }
}

Keyboard.$inject = [
  'eventBus',
  'palette',
  'editorActions',
  'create',
  'canvas',
  'elementRegistry',
  'selection',
  'rules',
  'commandStack',
];

/** What is new and the flow that leads to it: one step of undo takes both back. */
class Put {
  constructor(modeling) {
    this.modeling = modeling;
  }

  preExecute(context) {
    const { elements, position, parent, source } = context;
    context.elements = this.modeling.createElements(elements, position, parent, {});
    if (source) this.modeling.connect(source, context.elements[0]);
  }
}

Put.$inject = ['modeling'];

const holds = (one) =>
  isAny(one, ['bpmn:Participant', 'bpmn:Lane']) || (is(one, 'bpmn:SubProcess') && isExpanded(one));

/** Menus and the search look at what was typed when a key is let go, which misses words picked or pasted with the mouse. */
function searched({ target }) {
  if (target.closest('.djs-popup, .djs-search-container'))
    target.dispatchEvent(new KeyboardEvent('keyup', { bubbles: true }));
}

function reachable(entry) {
  entry.setAttribute('tabindex', '0');
  entry.setAttribute('title', entry.getAttribute('aria-label'));
}
