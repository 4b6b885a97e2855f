/** What an element is called. */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const KINDS = {
  Process: '流程',
  Collaboration: '整张图',
  Participant: '泳池',
  Lane: '泳道',
  UserTask: '人工环节',
  ManualTask: '系统外办理的环节',
  ServiceTask: '服务（自动）',
  BusinessRuleTask: '决策表（自动）',
  ScriptTask: '计算（自动）',
  CallActivity: '调用流程',
  SubProcess: '子流程',
  Task: '还没有定类型的环节',
  ExclusiveGateway: '选择（走一路）',
  InclusiveGateway: '选择（可走多路）',
  ParallelGateway: '并行（各路都走）',
  StartEvent: '开始',
  EndEvent: '结束',
  IntermediateCatchEvent: '等待',
  IntermediateThrowEvent: '节点',
  BoundaryEvent: '环节上的事件',
  SequenceFlow: '连线',
  Association: '注释连线',
  TextAnnotation: '注释',
  Group: '分组',
  DataObjectReference: '数据对象',
};
const WITH = {
  'bpmn:TimerEventDefinition': '到时',
  'bpmn:TerminateEventDefinition': '终止全部',
  'bpmn:SignalEventDefinition': '信号',
  'bpmn:ErrorEventDefinition': '差错',
  'bpmn:EscalationEventDefinition': '升级',
};

/** @param {any} element */
export function kindOf(element) {
  const object = getBusinessObject(element);
  const kind = KINDS[object.$type.replace('bpmn:', '')] ?? '其他图形';
  if (is(element, 'bpmn:SubProcess') && object.triggeredByEvent) return '事件子流程';
  const event = object.eventDefinitions?.[0];
  return event ? `${kind}（${WITH[event.$type] ?? '不能执行的事件'}）` : kind;
}
