/** zh-CN for everything that bpmn-js and its companions say. */
import chinese from 'bpmn-js-i18n/translations/zn';

const OWN = {
  'Ad-hoc': '临时',
  'Call activity': '调用流程',
  'Create data object reference': '数据对象',
  'Create data store reference': '数据存储',
  'Create end event': '结束',
  'Create gateway': '网关',
  'Create group': '分组',
  'Create intermediate/boundary event': '中间事件',
  'Create expanded sub-process': '子流程',
  'Create pool/participant': '泳池',
  'Create start event': '开始',
  'Create task': '环节',
  'Activate lasso tool': '框选',
  'Activate hand tool': '移动画布',
  'Activate create/remove space tool': '拉开或收拢',
  'Activate global connect tool': '连线',
  'User task': '人工环节',
  'Manual task': '系统外办理的环节',
  'Service task': '服务（自动）',
  'Script task': '计算（自动）',
  'Business rule task': '决策表（自动）',
  'Exclusive gateway': '选择（走一路）',
  'Parallel gateway': '并行（各路都走）',
  'Inclusive gateway': '选择（可走多路）',
  'Toggle token simulation': '演示走法',
  'Token Simulation': '演示走法',
  'Open minimap': '打开缩略图',
  'Close minimap': '收起缩略图',
  'Play Simulation': '继续',
  'Pause Simulation': '暂停',
  'Reset Simulation': '重新开始',
  'Toggle Simulation Log': '走过的环节',
  'Set Animation Speed = Slow': '慢',
  'Set Animation Speed = Normal': '中',
  'Set Animation Speed = Fast': '快',
};

export const WORDS = { ...chinese, ...OWN };

/** @param {string} template @param {Record<string, string>} [values] */
export function translate(template, values = {}) {
  return (WORDS[template] ?? template).replace(/{([^}]+)}/g, (_, key) => values[key] ?? `{${key}}`);
}

export default { translate: ['value', translate] };
