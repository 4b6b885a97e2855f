/** What can be put on the drawing: the kinds of step that are executed, each ready for use, and the shared sub-processes. */

const GONE = ['create.data-object', 'create.data-store', 'create.task', 'create.intermediate-event'];
const STEPS_AFTER = 'create.exclusive-gateway';

export default class Palette {
  constructor(palette, create, elementFactory, moddle, bpmnFactory, popupMenu, canvas, reference) {
    Object.assign(this, { create, elementFactory, moddle, bpmnFactory, popupMenu, canvas });
    this.parts = reference.processes.filter((one) => one.jurisdiction === 'common');
    palette.registerProvider(400, this);
    popupMenu.registerProvider('shared-parts', { getPopupMenuEntries: () => this.menu() });
  }

  getPaletteEntries() {
    const entry = (group, className, title, make) => {
      const start = (event) => this.create.start(event, make());
      return { group, className, title, action: { dragstart: start, click: start } };
    };
    const task = (type, icon, title) =>
      entry('activity', `bpmn-icon-${icon}`, title, () => this.elementFactory.createShape({ type }));
    const steps = {
      'create.timer': entry('event', 'bpmn-icon-intermediate-event-catch-timer', '等到某一天', () =>
        this.timer(),
      ),
      'create.user-task': task('bpmn:UserTask', 'user-task', '人工环节'),
      'create.service-task': task('bpmn:ServiceTask', 'service-task', '服务（自动）'),
      'create.shared': {
        group: 'activity',
        className: 'bpmn-icon-call-activity',
        title: '共用流程：逐级上报、公示、专家评审……',
        action: { click: (event) => this.choose(event) },
      },
    };
    return (entries) =>
      Object.fromEntries(
        Object.entries(entries)
          .filter(([name]) => !GONE.includes(name))
          .flatMap((own) => (own[0] === STEPS_AFTER ? [own, ...Object.entries(steps)] : [own])),
      );
  }

  timer() {
    return timerShape(this, 'bpmn:IntermediateCatchEvent');
  }

  choose(event) {
    const { x, y } = event;
    const place = { x: x ?? 80, y: y ?? 160, cursor: { x: x ?? 80, y: y ?? 160 } };
    const options = { title: '放入一个共用流程', width: 360, search: true };
    this.popupMenu.open(this.canvas.getRootElement(), 'shared-parts', place, options);
  }

  menu() {
    return Object.fromEntries(
      this.parts.map((part) => {
        const start = (event) => this.create.start(event, this.shape(part));
        return [
          `shared-${part.value}`,
          { label: part.label, description: part.purpose, action: { click: start, dragstart: start } },
        ];
      }),
    );
  }

  shape(part) {
    const businessObject = this.bpmnFactory.create('bpmn:CallActivity', {
      name: part.label,
      calledElement: part.value,
    });
    return this.elementFactory.createShape({ type: 'bpmn:CallActivity', businessObject });
  }
}

Palette.$inject = [
  'palette',
  'create',
  'elementFactory',
  'moddle',
  'bpmnFactory',
  'popupMenu',
  'canvas',
  'config.reference',
];

/** An event that comes when a time limit is over. */
export function timerShape({ elementFactory, moddle }, type, more = {}) {
  const shape = elementFactory.createShape({
    type,
    eventDefinitionType: 'bpmn:TimerEventDefinition',
    ...more,
  });
  const timer = shape.businessObject.eventDefinitions[0];
  timer.timeDate = moddle.create('bpmn:FormalExpression', { body: 'due' });
  timer.timeDate.$parent = timer;
  return shape;
}
