/** From what a trial begins: day, place, enterprise, grounds, and the facts that the process reads. */
import { h } from '../shared/dom.js';

const today = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);

/**
 * @param {{beginning: any, server: ReturnType<typeof import('./server.js').serverAt>, begin: (setup: object) => Promise<void>}} given
 */
export function createStart({ beginning, server, begin }) {
  const start = h('input', {
    type: 'date',
    class: 'form-control',
    id: 'trial-start',
    value: today(),
    required: true,
  });
  const place = createPlace(beginning, server);
  const enterprise = createEnterprise(server, place);
  const grounds = createGrounds(beginning.grounds);
  const starter = beginning.starters.length > 1 ? select('trial-starter', beginning.starters) : null;
  const facts = beginning.facts.map(createFact);
  const mistakes = h('ul', { class: 'qc-trial-mistakes', role: 'alert' });
  mistakes.hidden = true;
  const button = h('button', { type: 'submit', class: 'btn btn-primary' }, '开始试运行');

  const form = h(
    'form',
    { class: 'qc-trial-start', onsubmit: submitted },
    h('h2', {}, '从哪里开始'),
    mistakes,
    field('开始日', start),
    ...place.fields,
    ...(beginning.about_none || beginning.lists === 'publication' ? [] : enterprise.fields),
    grounds.element,
    starter ? field('由谁发起', starter) : null,
    facts.length
      ? h(
          'details',
          {},
          h('summary', {}, `起始数据（${facts.length} 项）`),
          ...facts.map((one) => one.element),
        )
      : null,
    h('div', { class: 'mt-3' }, button),
  );

  async function submitted(event) {
    event.preventDefault();
    mistakes.hidden = true;
    button.disabled = true;
    const data = Object.fromEntries(facts.map((one) => one.value()).filter(Boolean));
    if (starter) data.started_by = starter.value;
    const chosen = grounds.values();
    if (chosen.length) data.grounds = chosen;
    try {
      await begin({ start: start.value, region: place.region(), enterprise: enterprise.value(), data });
    } catch (error) {
      const told = error.body?.mistakes ?? [error.message];
      mistakes.replaceChildren(...told.map((text) => h('li', {}, text)));
      mistakes.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  return { element: form };
}

function field(label, control, hint) {
  return h(
    'div',
    { class: 'mb-2' },
    h('label', { class: 'form-label', for: control.id }, label),
    control,
    hint ? h('div', { class: 'form-hint' }, hint) : null,
  );
}

function select(id, options, chosen) {
  const made = h(
    'select',
    { class: 'form-select', id },
    ...options.map((one) => h('option', { value: one.value }, one.label)),
  );
  if (chosen) made.value = chosen;
  return made;
}

function createPlace(beginning, server) {
  const county = select('trial-county', beginning.counties, beginning.region);
  const province = select('trial-province', beginning.provinces, `${beginning.region.slice(0, 2)}0000`);
  async function fill(region) {
    const found = await server.counties(region);
    county.replaceChildren(...found.map((one) => h('option', { value: one.value }, one.label)));
  }
  province.addEventListener('change', () => fill(province.value));
  return {
    fields: [
      beginning.provinces.length > 1 ? field('省份', province) : null,
      field('县（市、区）', county),
    ].filter(Boolean),
    region: () => county.value,
    async go(region) {
      if (![...county.options].some((one) => one.value === region)) {
        await fill(region);
        province.value = `${region.slice(0, 2)}0000`;
      }
      county.value = region;
    },
  };
}

/** A made-up enterprise by name, or one of the installation: then its place is taken over. */
function createEnterprise(server, place) {
  let chosen = null;
  const list = h('datalist', { id: 'trial-enterprises' });
  const found = new Map();
  const name = h('input', {
    class: 'form-control',
    id: 'trial-enterprise',
    list: 'trial-enterprises',
    maxlength: '80',
    autocomplete: 'off',
    placeholder: '留空则虚构一家',
  });
  const said = h(
    'div',
    { class: 'form-hint', 'aria-live': 'polite' },
    '输入名称或统一社会信用代码可选本系统的企业；别的名称按虚构企业办理。',
  );
  let timer = 0;
  name.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, 250);
    take();
  });
  name.addEventListener('change', take);

  async function look() {
    const q = name.value.trim();
    if (q.length < 2 || found.has(q)) return;
    for (const one of await server.enterprises(q).catch(() => [])) found.set(one.name, one);
    list.replaceChildren(...[...found.values()].map((one) => h('option', { value: one.name }, one.uscc)));
    take();
  }

  function take() {
    const before = chosen;
    chosen = found.get(name.value.trim()) ?? null;
    if (chosen && chosen !== before) place.go(chosen.region);
    said.textContent = chosen
      ? `本系统的企业，${chosen.uscc}；试运行只借用名称，不会写入它的档案。`
      : '输入名称或统一社会信用代码可选本系统的企业；别的名称按虚构企业办理。';
  }

  return {
    fields: [
      h(
        'div',
        { class: 'mb-2' },
        h('label', { class: 'form-label', for: 'trial-enterprise' }, '企业'),
        name,
        list,
        said,
      ),
    ],
    value() {
      if (!name.value.trim()) return {};
      if (!chosen) return { name: name.value.trim() };
      const { name: called, uscc, industry_code, address } = chosen;
      return Object.fromEntries(
        Object.entries({ name: called, uscc, industry_code, address }).filter(([, value]) => value),
      );
    },
  };
}

function createGrounds(grounds) {
  if (!grounds.length) return { element: null, values: () => [] };
  const boxes = grounds.map((one, i) =>
    h('input', { type: 'checkbox', class: 'form-check-input', id: `trial-ground-${i}`, value: one.value }),
  );
  if (boxes[0]) boxes[0].checked = true;
  return {
    element: h(
      'fieldset',
      { class: 'mb-2' },
      h('legend', { class: 'form-label' }, '列入依据'),
      ...boxes.map((box, i) =>
        h(
          'div',
          { class: 'form-check' },
          box,
          h('label', { class: 'form-check-label', for: box.id }, grounds[i].label),
        ),
      ),
    ),
    values: () => boxes.filter((box) => box.checked).map((box) => box.value),
  };
}

function createFact(fact, i) {
  const id = `trial-fact-${i}`;
  const control =
    fact.kind === 'actor'
      ? select(id, [{ value: '', label: '（不填）' }, ...fact.options])
      : h('input', { class: 'form-control', id, type: fact.kind === 'day' ? 'date' : 'text' });
  return {
    element: field(fact.label, control, fact.label === fact.name ? null : fact.name),
    value: () => (control.value.trim() ? [fact.name, plain(control.value.trim(), fact.kind)] : null),
  };
}

/** 是 and 否 are truth values and figures are numbers, as in a form. */
export function plain(text, kind = 'text') {
  if (kind !== 'text') return text;
  if (text === '是' || text === 'true') return true;
  if (text === '否' || text === 'false') return false;
  return /^-?\d+(\.\d+)?$/.test(text) && !/^0\d/.test(text) ? Number(text) : text;
}
