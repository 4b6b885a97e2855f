/** What two people changed in the same file since both last saw it the same. */

/**
 * The paths that both changed, each in another way.
 *
 * @param {Record<string, string | null>} mine
 * @param {{base: Record<string, string>, theirs: Record<string, string>}} other
 * @returns {string[]}
 */
export function clashesOf(mine, { base, theirs }) {
  const text = (files, path) => files[path] ?? null;
  return Object.keys(mine).filter((path) => {
    const [own, before, now] = [mine, base, theirs].map((files) => text(files, path));
    return own !== before && now !== before && own !== now;
  });
}

const CHANGES = { added: '新增', removed: '删除', none: '—' };

/**
 * What each changed in a file, part by part: elements of a drawing, lines of a table, fields of a form.
 *
 * @param {string} path
 * @param {string | null | undefined} base
 * @param {string | null | undefined} mine
 * @param {string | null | undefined} theirs
 * @returns {{id: string, name: string, mine: string, theirs: string, both: boolean}[]} what both changed first
 */
export function threeWay(path, base, mine, theirs) {
  const [b, m, t] = [base, mine, theirs].map((text) => partsOf(path, text ?? ''));
  const rows = [];
  for (const id of new Set([...b.keys(), ...m.keys(), ...t.keys()])) {
    const own = change(b.get(id), m.get(id));
    const other = change(b.get(id), t.get(id));
    if (own === CHANGES.none && other === CHANGES.none) continue;
    const both = own !== CHANGES.none && other !== CHANGES.none && m.get(id)?.text !== t.get(id)?.text;
    const name = (m.get(id) ?? t.get(id) ?? b.get(id)).name;
    rows.push({ id, name, mine: own, theirs: other, both });
  }
  if (!rows.length) return [whole(base, mine, theirs)];
  return rows.sort((one, other) => other.both - one.both);
}

/** Nothing but the look differs: where shapes lie, how the text is laid out. */
function whole(base, mine, theirs) {
  const word = (text) => (text === base ? CHANGES.none : '调整了位置或排列');
  return { id: '', name: '图上的位置', mine: word(mine), theirs: word(theirs), both: false };
}

function change(before, after) {
  if (!before && !after) return CHANGES.none;
  if (!before) return CHANGES.added;
  if (!after) return CHANGES.removed;
  if (before.text === after.text) return CHANGES.none;
  return describe(before.facts, after.facts) || '修改';
}

function describe(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${LABELS[name] ?? name}：${short(before[name])} → ${short(after[name])}`)
    .join('；');
}

const short = (text) => {
  if (!text) return '（无）';
  return text.length > 60 ? `${text.slice(0, 60)}……` : text;
};

/** @param {string} path @param {string} text @returns {Map<string, {name: string, text: string, facts: Record<string, string>}>} */
function partsOf(path, text) {
  if (!text) return new Map();
  if (path.endsWith('.json')) return fieldsOf(text);
  if (/\.(bpmn|dmn)$/.test(path)) return elementsOf(text);
  return new Map([['', { name: path, text, facts: {} }]]);
}

/** @param {string} text of a form */
export function fieldsOf(text) {
  let form;
  try {
    form = JSON.parse(text);
  } catch {
    return new Map([['', { name: '内容', text, facts: {} }]]);
  }
  const { properties = {}, ...rest } = Object(form);
  const field = ([id, value]) => [`/${id}`, part(Object(value).title ?? id, value)];
  const other = ([id, value]) => [id, part(LABELS[id] ?? id, value)];
  return new Map([...Object.entries(properties).map(field), ...Object.entries(rest).map(other)]);
}

function part(name, value) {
  const plain = Object(value) === value && !Array.isArray(value) ? value : { '': value };
  const facts = Object.fromEntries(Object.entries(plain).map(([key, one]) => [key, JSON.stringify(one)]));
  return { name, text: JSON.stringify(value), facts };
}

const LOOKS = /\/(DI|DMNDI)\/?$/;
const INSIDE = new Set(['inputEntry', 'outputEntry', 'inputExpression']);

/** @param {string} xml of a drawing or a table: id → what the element itself says, without the elements inside */
export function elementsOf(xml) {
  const found = new Map();
  const parsed = new DOMParser().parseFromString(xml, 'text/xml');
  for (const element of parsed.querySelectorAll('[id]')) {
    if (LOOKS.test(element.namespaceURI ?? '') || INSIDE.has(element.localName)) continue;
    const copy = element.cloneNode(true);
    for (const inner of copy.querySelectorAll('[id]'))
      if (inner.namespaceURI === element.namespaceURI && !INSIDE.has(inner.localName)) inner.remove();
    for (const inner of copy.querySelectorAll('*'))
      if (/:(incoming|outgoing)$/.test(inner.nodeName)) inner.remove();
    const text = copy.outerHTML.replace(/\s+/g, ' ').replace(/> </g, '><');
    found.set(element.id, { name: nameOf(element), text, facts: factsOf(copy) });
  }
  return found;
}

function nameOf(element) {
  if (element.localName !== 'rule') return element.getAttribute('name') || element.id;
  const rules = [...element.parentNode.children].filter((one) => one.localName === 'rule');
  return `表格第 ${rules.indexOf(element) + 1} 行`;
}

function factsOf(element) {
  const facts = {};
  for (const { name, value } of element.attributes) if (!name.startsWith('xmlns')) facts[name] = value;
  for (const inner of element.querySelectorAll('*')) {
    const key = inner.localName;
    if (key === 'property' || key === 'parameter')
      facts[inner.getAttribute('name') ?? inner.id] = inner.getAttribute('value');
    else if (!inner.children.length && inner.textContent.trim())
      facts[key] = [facts[key], inner.textContent.trim()].filter(Boolean).join('、');
  }
  delete facts.id;
  return facts;
}

const LABELS = {
  name: '名称',
  title: '名称',
  description: '说明',
  documentation: '说明',
  actor: '办理单位',
  due: '期限',
  article: '条款',
  basis: '法定依据',
  formJsonSchemaFilename: '表单',
  formUiSchemaFilename: '表单的样式',
  conditionExpression: '条件',
  default: '其余情形走的路',
  calledElement: '调用的流程',
  calledDecisionId: '决策表',
  script: '计算',
  timeDate: '时间',
  parts: '各部分',
  sourceRef: '起点',
  targetRef: '终点',
  required: '必填项',
  type: '类型',
  enum: '选项',
  oneOf: '选项',
  text: '内容',
  minimum: '最小值',
  maximum: '最大值',
  '': '内容',
};
