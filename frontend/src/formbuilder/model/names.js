/** Names of fields, suggested from their titles: as the forms of the library call the same thing, else put together from words of the trade. */

/** The longest words that fit are taken first. */
const WORDS = {
  企业: 'enterprise', 咨询机构: 'consultant', 专家: 'expert', 单位: 'organisation', 部门: 'department', 负责人: 'head', 联系人: 'contact',
  法定代表人: 'legal_representative', 名称: 'name', 姓名: 'name', 地址: 'address', 电话: 'phone', 手机: 'mobile', 邮编: 'postcode',
  邮箱: 'email', 统一社会信用代码: 'uscc', 行政区划: 'region', 地区: 'region', 行业: 'industry', 产品: 'product', 原料: 'material',
  日期: 'date', 时间: 'time', 年度: 'year', 月份: 'month', 期限: 'period', 天数: 'days', 开始: 'start', 结束: 'end', 完成: 'finished',
  金额: 'amount', 投资: 'investment', 费用: 'cost', 资金: 'fund', 数量: 'quantity', 比例: 'share', 合计: 'total', 总计: 'total',
  单价: 'price', 节约: 'saved', 能耗: 'energy_use', 用水: 'water_use', 用电: 'power_use', 减排: 'reduction', 排放: 'emission',
  审核: 'audit', 评估: 'assessment', 验收: 'acceptance', 复核: 'review', 检查: 'check', 整改: 'rectification', 申请: 'application',
  报告: 'report', 方案: 'plan', 项目: 'project', 措施: 'measure', 问题: 'problem', 情况: 'situation', 原因: 'reason', 说明: 'note',
  意见: 'opinion', 结论: 'conclusion', 结果: 'result', 要求: 'requirement', 依据: 'ground', 理由: 'reason', 备注: 'remark', 摘要: 'summary',
  文号: 'document_no', 标题: 'title', 附件: 'files',
  照片: 'photos', 材料: 'materials', 证明: 'proof', 签字: 'signature', 盖章: 'seal', 承诺: 'promise',
  是否: 'is', 类型: 'type', 类别: 'category', 方式: 'mode', 级别: 'level', 等级: 'grade', 打分: 'scores', 得分: 'score', 否决: 'vetoes',
  人员: 'people', 职务: 'position', 职称: 'rank', 专业: 'specialty', 地点: 'place', 内容: 'content', 目标: 'target', 实际: 'actual',
  决定: 'decision', 现场: 'site', 公示: 'publication', 申诉: 'objection', 处罚: 'penalty', 罚款: 'fine', 补助: 'subsidy',
}; // prettier-ignore
const LONGEST_FIRST = Object.keys(WORDS).sort((a, b) => b.length - a.length);
const NAME = /^[a-z][a-z0-9_]{0,59}$/;
/** Words of the language in which conditions are written: a field of such a name could not be asked there. */
const RESERVED = new Set('and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(' ')); // prettier-ignore

/**
 * @param {string} title
 * @param {Iterable<string>} taken
 * @param {Map<string, string>} [known] names by title, of all forms
 * @returns {string}
 */
export function suggestName(title, taken, known = new Map()) {
  const used = new Set(taken);
  const base = known.get(title.trim()) ?? (fromWords(title) || 'field');
  let name = base;
  for (let number = 2; used.has(name) || RESERVED.has(name); number += 1) name = `${base}_${number}`;
  return name;
}

function fromWords(title) {
  const latin = title
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_\d]+|_+$/g, '');
  const found = [];
  for (let rest = title; rest;) {
    const word = LONGEST_FIRST.find((one) => rest.startsWith(one));
    if (word && !found.includes(WORDS[word])) found.push(WORDS[word]);
    rest = rest.slice(word?.length ?? 1);
  }
  return (found.join('_') || latin).slice(0, 50);
}

/** @param {string} name @param {Iterable<string>} taken @returns {string} what is wrong with a name, or nothing */
export function nameProblem(name, taken) {
  if (!name) return '请填写字段名';
  if (!NAME.test(name)) return '字段名以小写字母开头，只用小写字母、数字和下划线，如 audit_cost';
  if (RESERVED.has(name)) return `“${name}”是条件表达式的保留字，请换一个字段名`;
  if ([...taken].includes(name)) return `这张表单已经有名为“${name}”的字段，请换一个`;
  return '';
}

/** @param {Record<string, {fields: {name: string, title: string}[]}>} forms @returns {Map<string, string>} the commonest name for each title */
export function knownNames(forms) {
  const counts = new Map();
  for (const { name, title } of Object.values(forms).flatMap((form) => form.fields)) {
    if (!NAME.test(name) || title === name) continue;
    const names = counts.get(title) ?? new Map();
    counts.set(title, names.set(name, (names.get(name) ?? 0) + 1));
  }
  return new Map([...counts].map(([title, names]) => [title, [...names].sort((a, b) => b[1] - a[1])[0][0]]));
}
