/** 时间: when a timer comes, and what it does to the step that it stands on. */
import { h } from '@bpmn-io/diagram-js-ui';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { facts, setFacts } from './facts.js';
import { Check, Group, Select } from './fields.js';
import { Limit, Reading } from './limit.js';

const timerOf = (element) =>
  getBusinessObject(element).eventDefinitions?.find((one) => is(one, 'bpmn:TimerEventDefinition'));

/** `due` is the word for the time limit of the element itself, for a boundary event of the step that it stands on. */
const DUE = 'due';

export function Timer({ element, context }) {
  const timer = timerOf(element);
  if (!timer) return null;
  const { injector, events } = context;
  const source = timer.timeDate?.body ?? '';
  const setDate = (body) => {
    const timeDate = body ? injector.get('bpmnFactory').create('bpmn:FormalExpression', { body }) : undefined;
    if (timeDate) timeDate.$parent = timer;
    const given = { timeDate, timeDuration: undefined, timeCycle: undefined };
    injector.get('modeling').updateModdleProperties(element, timer, given);
  };
  const other = timer.timeDuration ?? timer.timeCycle;
  const warning =
    other &&
    h(
      'p',
      { class: 'qc-field-problem' },
      `原来写的时长“${other.body}”不能使用：期限要按法定方法计算，请在下面改写`,
    );
  if (!is(element, 'bpmn:BoundaryEvent')) {
    const own = source === DUE || !source;
    const set = (text) => {
      if (own) setFacts(injector, element, { due: text });
      if (own && text && !source) setDate(DUE);
      if (!own) setDate(text);
    };
    const { due = '', reading } = facts(element);
    const shown = own ? due : source;
    return h(
      Group,
      { title: '等到什么时候' },
      warning,
      h(Limit, { source: shown, events, set }),
      (shown || reading) &&
        h(Reading, { reading, set: (text) => setFacts(injector, element, { reading: text }) }),
    );
  }
  const onDue = source === DUE;
  const step = getBusinessObject(element).attachedToRef?.name || '所在环节';
  return h(
    Group,
    { title: '什么时候' },
    warning,
    h(Select, {
      label: '时间',
      value: onDue ? DUE : 'other',
      none: null,
      options: [
        { value: DUE, label: `“${step}”的期限届满时` },
        { value: 'other', label: '另外的时间' },
      ],
      commit: (value) => setDate(value === DUE ? DUE : ''),
    }),
    !onDue && h(Limit, { source, events, set: setDate, none: '（还没有写）' }),
    h(Check, {
      label: `到时“${step}”不再办理（不勾选则继续办理，同时走这条路）`,
      on: getBusinessObject(element).cancelActivity !== false,
      commit: (on) => injector.get('modeling').updateProperties(element, { cancelActivity: on }),
    }),
  );
}
