/** What two people changed in one drawing since both last saw it the same. */

/** @param {string} xml @returns {Map<string, {name: string, text: string}>} id → what the element itself says, without the elements inside */
export function elementsOf(xml) {
  const found = new Map();
  const parsed = new DOMParser().parseFromString(xml, 'text/xml');
  for (const element of parsed.querySelectorAll('[id]')) {
    if (element.namespaceURI?.endsWith('/BPMN/20100524/DI')) continue;
    const copy = element.cloneNode(true);
    for (const inner of copy.querySelectorAll('[id]'))
      if (inner.namespaceURI === element.namespaceURI) inner.remove();
    for (const inner of copy.querySelectorAll('*'))
      if (/:(incoming|outgoing)$/.test(inner.nodeName)) inner.remove();
    const text = copy.outerHTML.replace(/\s+/g, ' ').replace(/> </g, '><');
    found.set(element.id, { name: element.getAttribute('name') || element.id, text });
  }
  return found;
}

const CHANGES = { added: '新增', removed: '删除', changed: '修改', none: '—' };

/**
 * @param {string} base
 * @param {string} mine
 * @param {string} theirs
 * @returns {{id: string, name: string, mine: string, theirs: string, both: boolean}[]}
 */
export function threeWay(base, mine, theirs) {
  const [b, m, t] = [base, mine, theirs].map(elementsOf);
  const rows = [];
  for (const id of new Set([...b.keys(), ...m.keys(), ...t.keys()])) {
    const own = change(b.get(id), m.get(id));
    const other = change(b.get(id), t.get(id));
    if (own === 'none' && other === 'none') continue;
    const both = own !== 'none' && other !== 'none' && m.get(id)?.text !== t.get(id)?.text;
    const name = (m.get(id) ?? t.get(id) ?? b.get(id)).name;
    rows.push({ id, name, mine: CHANGES[own], theirs: CHANGES[other], both });
  }
  return rows.sort((one, other) => other.both - one.both);
}

function change(before, after) {
  if (!before && !after) return 'none';
  if (!before) return 'added';
  if (!after) return 'removed';
  return before.text === after.text ? 'none' : 'changed';
}
