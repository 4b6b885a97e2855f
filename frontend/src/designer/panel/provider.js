/** What the panel asks about each kind of element, in the words of those who know the procedure. */
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { basis } from './basis.js';
import { condition } from './condition.js';
import { area, check, group, ofPart, ofProperty, select, text } from './entries.js';
import { decision, facts, service, setDecision, setService } from './facts.js';
import { limit } from './limit.js';

const HUMAN = ['bpmn:UserTask', 'bpmn:ManualTask'];
const STARTS = [
  { value: 'manual', label: '由人发起' },
  { value: 'roster', label: '从名单开始' },
  { value: 'service', label: '由其他案件引起' },
  { value: 'called', label: '只由其他流程调用' },
  { value: 'manual service', label: '由人发起，或由其他案件引起' },
];
const ABOUT = [
  { value: 'enterprise', label: '一家企业' },
  { value: 'none', label: '不针对企业' },
];

export default class Provider {
  constructor(propertiesPanel, elementRegistry, canvas, reference) {
    this.registry = elementRegistry;
    this.canvas = canvas;
    this.reference = reference;
    propertiesPanel.registerProvider(500, this);
  }

  getGroups(element) {
    return (groups) => [...groups, ...this.groupsOf(element)];
  }

  groupsOf(element) {
    if (is(element, 'bpmn:Process')) return this.ofProcess();
    if (is(element, 'bpmn:SequenceFlow')) return this.ofFlow(element);
    const of = [
      [HUMAN, () => this.ofHuman()],
      [['bpmn:ServiceTask'], () => this.ofService(element)],
      [['bpmn:BusinessRuleTask'], () => this.ofRule()],
      [['bpmn:ScriptTask'], () => this.ofScript()],
      [['bpmn:CallActivity'], () => this.ofCall(element)],
    ].find(([types]) => isAny(element, types));
    const law = isAny(element, ['bpmn:Activity', 'bpmn:Event', 'bpmn:Gateway'])
      ? this.law('', ofProperty)
      : [];
    return [...this.general(element), ...(of ? of[1]() : []), ...this.ofTimer(element), ...law];
  }

  general(element) {
    const named = { get: (one) => getBusinessObject(one).name ?? '', set: rename };
    return group('general', '基本', [
      text('name', is(element, 'bpmn:Gateway') ? '要问的问题' : '名称', named),
      area('documentation', '说明', documentation),
    ]);
  }

  law(id, binding) {
    const jurisdiction = this.jurisdiction();
    return group(`${id}law`, '法定依据', [
      basis(`${id}basis`, binding('basis'), binding('article'), jurisdiction),
      text(`${id}article`, '条款（显示给办理人）', binding('article')),
    ]);
  }

  jurisdiction() {
    const own = facts(this.canvas.getRootElement()).jurisdiction;
    return own || getBusinessObject(this.canvas.getRootElement()).id.split('.')[0];
  }

  ofProcess() {
    const { kinds, jurisdictions, actors } = this.reference;
    return [
      ...this.general(this.canvas.getRootElement()),
      ...group('process', '流程', [
        select('kind', '类别', ofProperty('kind'), { options: kinds }),
        select('jurisdiction', '地区', ofProperty('jurisdiction'), { options: jurisdictions }),
        text('in_force_from', '依据施行日', ofProperty('in_force_from'), { description: '如 2026-01-01' }),
        text('in_force_to', '依据失效日', ofProperty('in_force_to'), { description: '没有失效日的不填' }),
        select('starts', '怎样开始', ofProperty('starts'), { options: STARTS }),
        select('starter', '发起单位', ofProperty('starter'), { options: actors }),
        select('about', '针对', ofProperty('about'), { options: ABOUT }),
      ]),
    ];
  }

  ofHuman() {
    const { actors, stops, panels } = this.reference;
    return [
      ...this.work('', ofProperty),
      ...group('waiting', '其他', [
        check('optional', '可办可不办，不等它', ofProperty('optional')),
        select('stops_clock', '办理期间停止计时', ofProperty('stops_clock'), { options: stops }),
        select('panel', '旁边显示', ofProperty('panel'), { options: panels }),
      ]),
    ].filter(() => actors);
  }

  /** Who does it, with which form, by when. */
  work(id, binding) {
    const { actors, events, forms } = this.reference;
    const options = Object.entries(forms).map(([value, form]) => ({
      value,
      label: `${form.title}（${value}）`,
    }));
    const form = {
      get: binding('formJsonSchemaFilename').get,
      set: (injector, element, value) => {
        binding('formJsonSchemaFilename').set(injector, element, value);
        binding('formUiSchemaFilename').set(injector, element, value.replace(/\.json$/, '.ui.json'));
      },
    };
    return [
      ...group(`${id}work`, '办理', [
        select(`${id}actor`, '办理单位', binding('actor'), { options: actors }),
        select(`${id}form`, '表单', form, { options }),
      ]),
      ...group(`${id}limit`, '期限', [limit(`${id}due`, binding('due'), events)]),
    ];
  }

  ofService(element) {
    const { operators } = this.reference;
    const chosen = operators.find((one) => one.value === service(element).name);
    const own = {
      get: (one) => service(one).name,
      set: (injector, one, name) => setService(injector, one, { name, parameters: {} }),
    };
    const parameter = (name) => ({
      get: (one) => service(one).parameters[name] ?? '',
      set: (injector, one, value) => {
        const { name: operator, parameters } = service(one);
        setService(injector, one, { name: operator, parameters: { ...parameters, [name]: value } });
      },
    });
    const names = [
      ...new Set([
        ...(chosen?.parameters.map((one) => one.name) ?? []),
        ...Object.keys(service(element).parameters),
      ]),
    ];
    const words = (name) => {
      const known = chosen?.parameters.find((one) => one.name === name);
      return `${known?.label ?? name}${known?.required ? '（必填）' : ''}`;
    };
    return group('service', '服务', [
      select('operator', '服务', own, {
        options: operators.map((one) => ({ value: one.value, label: one.label })),
      }),
      ...names.map((name) => text(`parameter-${name}`, words(name), parameter(name))),
    ]);
  }

  ofRule() {
    const options = this.reference.decisions.map((value) => ({ value, label: value }));
    return group('rule', '决策表', [
      select('decision', '决策表', { get: decision, set: setDecision }, { options }),
    ]);
  }

  ofScript() {
    const script = {
      get: (element) => getBusinessObject(element).script ?? '',
      set: (injector, element, value) =>
        injector.get('modeling').updateProperties(element, { script: value }),
    };
    return group('script', '计算', [area('source', '语句（每行一个变量）', script)]);
  }

  ofCall(element) {
    const { processes } = this.reference;
    const object = getBusinessObject(element);
    const called = {
      get: (one) => getBusinessObject(one).calledElement ?? '',
      set: (injector, one, value) => injector.get('modeling').updateProperties(one, { calledElement: value }),
    };
    const target = processes.find((one) => one.value === object.calledElement);
    const options = processes
      .filter((one) => one.called)
      .map((one) => ({ value: one.value, label: `${one.label}（${one.value}）` }));
    return [
      ...group('call', '调用', [
        select('called', '调用的流程', called, { options, description: target?.purpose }),
        limit('due', ofProperty('due'), this.reference.events),
      ]),
      ...(target?.parts ?? []).flatMap((part) => this.ofPart(part)),
    ];
  }

  ofPart(part) {
    const binding = (name) => ofPart(part, name);
    const groups = [...this.work(`${part}-`, binding), ...this.law(`${part}-`, binding)];
    const entries = [text(`${part}-name`, '名称', binding('name')), ...groups.flatMap((one) => one.entries)];
    return group(`part-${part}`, `部分：${part}`, entries);
  }

  ofTimer(element) {
    const timer = getBusinessObject(element).eventDefinitions?.find((one) =>
      is(one, 'bpmn:TimerEventDefinition'),
    );
    if (!timer) return [];
    const when = {
      get: () => timer.timeDate?.body ?? '',
      set: (injector, one, body) => {
        const timeDate = body
          ? injector.get('bpmnFactory').create('bpmn:FormalExpression', { body })
          : undefined;
        injector
          .get('modeling')
          .updateModdleProperties(one, timer, { timeDate, timeDuration: undefined, timeCycle: undefined });
      },
    };
    const description = 'due 表示到所在环节的期限为止';
    const own = is(element, 'bpmn:BoundaryEvent')
      ? []
      : [limit('due', ofProperty('due'), this.reference.events)];
    return group('timer', '时间', [text('when', '什么时候', when, { description }), ...own]);
  }

  ofFlow(element) {
    const flow = getBusinessObject(element);
    const deciding =
      flow.sourceRef && isAny(flow.sourceRef, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']);
    return [
      ...this.general(element),
      ...(deciding ? group('condition', '条件', [condition('condition', this.fields())]) : []),
    ];
  }

  /** The fields of the forms on this drawing, those of decisions first. */
  fields() {
    const found = new Map();
    for (const element of this.registry.filter((one) => isAny(one, HUMAN))) {
      const form = this.reference.forms[facts(element).formJsonSchemaFilename];
      for (const field of form?.fields ?? []) {
        const known = found.get(field.name);
        const from = getBusinessObject(element).name || element.id;
        if (!known) found.set(field.name, { ...field, from });
        else known.values = union(known.values, field.values);
      }
    }
    return [...found.values()].sort((a, b) => (b.name === 'decision') - (a.name === 'decision'));
  }
}

Provider.$inject = ['propertiesPanel', 'elementRegistry', 'canvas', 'config.reference'];

const union = (one, other) => [
  ...one,
  ...other.filter((value) => !one.some((known) => known.value === value.value)),
];

function rename(injector, element, name) {
  injector.get('modeling').updateProperties(element, { name });
}

const documentation = {
  get: (element) => getBusinessObject(element).get('documentation')?.[0]?.text ?? '',
  set: (injector, element, value) => {
    const object = getBusinessObject(element);
    const made = value ? [injector.get('bpmnFactory').create('bpmn:Documentation', { text: value })] : [];
    made.forEach((one) => (one.$parent = object));
    injector.get('modeling').updateModdleProperties(element, object, { documentation: made });
  },
};
