/** The panel beside the drawing: what the selected element says, in the words of those who know the procedure. */
import { h, render } from '@bpmn-io/diagram-js-ui';
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { Law } from './basis.js';
import { Called, Parts } from './call.js';
import { FlowCondition, Ways } from './condition.js';
import { facts, setFacts } from './facts.js';
import { Check, Group, Text } from './fields.js';
import { kindOf } from './kinds.js';
import { Process } from './process.js';
import { Rule, Script, Service, Stops } from './service.js';
import { Timer } from './timer.js';
import { Due, Work } from './work.js';

const HUMAN = ['bpmn:UserTask', 'bpmn:ManualTask'];
const LAWFUL = ['bpmn:Activity', 'bpmn:Event', 'bpmn:Gateway'];

export default class Panel {
  constructor(eventBus, canvas, selection, elementRegistry, injector, config) {
    this.canvas = canvas;
    this.selection = selection;
    this.given = { ...config, injector, registry: elementRegistry };
    this.frame = 0;
    const changed = ['selection.changed', 'elements.changed', 'root.set', 'import.done', 'problems.changed'];
    eventBus.on(changed, () => this.later());
  }

  /** Once for all that happens in one go. */
  later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.show());
  }

  show() {
    const root = this.canvas.getRootElement();
    if (!getBusinessObject(root)?.$type) return;
    const [first = root, ...others] = this.selection.get();
    const element = first.labelTarget ?? first;
    const content = others.length ? h(Many, { count: others.length + 1 }) : this.about(element);
    render(content, this.given.parent);
  }

  about(element) {
    const { events, problems, jurisdiction } = this.given;
    const own = facts(this.processElement()).jurisdiction;
    const context = { ...this.given, events, jurisdiction: own || jurisdiction };
    return h(
      'div',
      { key: element.id, class: 'qc-panel', 'data-of': element.id },
      h('p', { class: 'qc-panel-kind' }, kindOf(element)),
      h(Found, { found: problems.of(element.id) }),
      h(Groups, { element, context }),
    );
  }

  processElement() {
    const root = this.canvas
      .getRootElements()
      .find((one) => isAny(one, ['bpmn:Process', 'bpmn:Collaboration']));
    return is(root, 'bpmn:Collaboration') ? withProcess(root) : root;
  }
}

Panel.$inject = ['eventBus', 'canvas', 'selection', 'elementRegistry', 'injector', 'config.panel'];

/** Of a drawing with pools: that which holds the process. */
const withProcess = (root) =>
  getBusinessObject(root).participants.find((one) => one.processRef)?.processRef ?? root;

function Many({ count }) {
  return h('p', { class: 'qc-panel-kind' }, `选中了 ${count} 个图形，可以一起移动、对齐或删除`);
}

function Found({ found }) {
  if (!found.length) return null;
  return h(
    'ul',
    { class: 'qc-panel-problems', 'aria-label': '这里的问题' },
    found.map((one) => h('li', { class: one.severity === 'error' ? 'is-error' : 'is-hint' }, one.message)),
  );
}

function Groups({ element, context }) {
  const set = (changes) => setFacts(context.injector, element, changes);
  const given = facts(element);
  if (isAny(element, ['bpmn:Process', 'bpmn:Participant'])) {
    const process = is(element, 'bpmn:Participant') ? getBusinessObject(element).processRef : true;
    return [h(General, { element, context }), process && h(Process, { element, context })];
  }
  const kinds = [
    [
      HUMAN,
      () =>
        h(
          Group,
          { title: '办理' },
          h(Work, {
            given,
            set,
            title: getBusinessObject(element).name,
            context,
            form: is(element, 'bpmn:UserTask'),
          }),
        ),
    ],
    [['bpmn:ServiceTask'], () => h(Service, { element, context })],
    [['bpmn:BusinessRuleTask'], () => h(Rule, { element, context })],
    [['bpmn:ScriptTask'], () => h(Script, { element, context })],
    [['bpmn:SequenceFlow'], () => h(FlowCondition, { element, context })],
    [['bpmn:Gateway'], () => h(Ways, { element, context })],
    [['bpmn:Event'], () => h(Timer, { element, context })],
  ];
  const limited =
    isAny(element, [...HUMAN, 'bpmn:CallActivity', 'bpmn:SubProcess']) || given.due !== undefined;
  const waiting = is(element, 'bpmn:IntermediateCatchEvent');
  return [
    h(General, { element, context }),
    ...kinds.filter(([types]) => isAny(element, types)).map(([, show]) => show()),
    is(element, 'bpmn:CallActivity') && h(Called, { element, context }),
    limited && !waiting && h(Due, { due: given.due, reading: given.reading, set, context }),
    isAny(element, LAWFUL) &&
      h(Law, {
        basis: given.basis ?? '',
        article: given.article ?? '',
        jurisdiction: context.jurisdiction,
        set,
      }),
    is(element, 'bpmn:CallActivity') && h(Parts, { element, context }),
    isAny(element, HUMAN) && h(Other, { given, set, context }),
  ];
}

function Other({ given, set, context }) {
  return h(
    Group,
    { title: '其他', closed: true },
    h(Check, {
      label: '可办可不办，不等它',
      on: given.optional === 'true',
      commit: (on) => set({ optional: on ? 'true' : '' }),
    }),
    h(Stops, { given, set, context }),
  );
}

function General({ element, context }) {
  const object = getBusinessObject(element);
  const modeling = context.injector.get('modeling');
  if (is(element, 'bpmn:TextAnnotation'))
    return h(
      Group,
      { title: '注释' },
      h(Text, {
        label: '文字',
        area: true,
        value: object.text ?? '',
        commit: (text) => modeling.updateProperties(element, { text }),
      }),
    );
  const document = (text) => {
    const made = text ? [context.injector.get('bpmnFactory').create('bpmn:Documentation', { text })] : [];
    made.forEach((one) => (one.$parent = object));
    modeling.updateModdleProperties(element, object, { documentation: made });
  };
  const label = is(element, 'bpmn:Gateway') ? '要问的问题' : '名称';
  return h(
    Group,
    { title: '基本' },
    h(Text, {
      label,
      value: object.name ?? '',
      commit: (name) => modeling.updateProperties(element, { name: name || undefined }),
    }),
    h(Text, {
      label: '说明',
      area: true,
      value: object.get('documentation')?.[0]?.text ?? '',
      commit: document,
    }),
  );
}
