/** What can follow a step, at the step: a person's step, a choice, an end, and what happens when its time limit is over. */
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { timerShape } from './palette.js';

const GONE = /^append\.(message|timer|condition|signal|receive|compensation|intermediate|append-task)/;

export default class Pad {
  constructor(contextPad, autoPlace, elementFactory, moddle, modeling, selection) {
    Object.assign(this, { autoPlace, elementFactory, moddle, modeling, selection });
    contextPad.registerProvider(400, this);
  }

  getContextPadEntries(element) {
    return (entries) => {
      const kept = Object.fromEntries(Object.entries(entries).filter(([name]) => !GONE.test(name)));
      const follows = 'append.end-event' in entries;
      const limited = isAny(element, [
        'bpmn:UserTask',
        'bpmn:ManualTask',
        'bpmn:CallActivity',
        'bpmn:SubProcess',
      ]);
      return {
        ...(follows && { 'append.user-task': this.step(element) }),
        ...kept,
        ...(limited && !is(element, 'bpmn:Lane') && { 'append.overdue': this.overdue(element) }),
      };
    };
  }

  step(element) {
    const append = () =>
      this.autoPlace.append(element, this.elementFactory.createShape({ type: 'bpmn:UserTask' }));
    return {
      group: 'model',
      className: 'bpmn-icon-user-task',
      title: '接一个人工环节',
      action: { click: append, dragstart: append },
    };
  }

  overdue(element) {
    const add = () => {
      const shape = timerShape(this, 'bpmn:BoundaryEvent', { cancelActivity: false });
      const place = { x: element.x + element.width * 0.75, y: element.y + element.height };
      this.selection.select(this.modeling.createShape(shape, place, element, { attach: true }));
    };
    return {
      group: 'model',
      className: 'bpmn-icon-intermediate-event-catch-timer',
      title: '加上期限届满时走的路',
      action: { click: add },
    };
  }
}

Pad.$inject = ['contextPad', 'autoPlace', 'elementFactory', 'moddle', 'modeling', 'selection'];
