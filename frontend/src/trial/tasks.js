/** Who has to decide what: each open task with its limit, answered by a sample, by its form, or by nobody. */
import { h } from '../shared/dom.js';

const LIGHTS = { green: ['●', '正常'], yellow: ['▲', '临期'], red: ['■', '逾期'] };
const UNITS = [
  ['d', '日'],
  ['w', '个工作日'],
  ['m', '个月'],
];

/**
 * @param {{answer: (given: object) => Promise<void>, fill: (task: any, after: () => string) => void, look: (task: any) => void}} acts
 */
export function createTasks({ answer, fill, look }) {
  const element = h('div', { class: 'qc-trial-tasks' });

  let several = false;

  function show(tasks, cases) {
    several = cases.length > 1;
    const undecided = tasks.filter((task) => !task.planned);
    const optional = undecided.filter((task) => task.optional).map(row);
    element.replaceChildren(
      ...undecided.filter((task) => !task.optional).map(row),
      ...tasks.filter((task) => task.planned).map(planned),
      ...(optional.length
        ? [
            h(
              'details',
              { class: 'qc-trial-optional' },
              h('summary', {}, `可办可不办 ${optional.length} 项`),
              ...optional,
            ),
          ]
        : []),
    );
  }

  function row(task) {
    const when = createWhen(task);
    const recusals = task.panel === 'experts' ? numberInput(`trial-recusals-${task.id}`, 0) : null;
    const give = (more) =>
      answer({ task: task.ref, after: when.value(), recusals: Number(recusals?.value ?? 0), ...more });
    const samples = task.choices.length
      ? task.choices.map((one) => button(one.label, () => give({ decision: one.value }), one.hint))
      : [button('按样例办结', () => give({}))];
    const never = button('就这样，不办理', () => give({}));
    const form = task.form?.problem
      ? h('p', { class: 'text-danger mb-0' }, task.form.problem)
      : task.form
        ? button('填写表单……', () => fill(task, when.value))
        : null;
    const answers = h('div', { class: 'qc-trial-answers' }, ...samples, form);
    when.changed(() =>
      answers.replaceChildren(...(when.value() === 'never' ? [never] : [...samples, form].filter(Boolean))),
    );
    return h(
      'section',
      { class: 'qc-trial-task' },
      head(task),
      h(
        'div',
        { class: 'qc-trial-when' },
        when.element,
        recusals ? h('label', { for: recusals.id }, '回避的专家', recusals, '名') : null,
      ),
      answers,
    );
  }

  function head(task) {
    const name = h(
      'button',
      { type: 'button', class: 'qc-trial-jump', title: '在图上指出', onclick: () => look(task) },
      task.name,
    );
    return h(
      'div',
      {},
      h('h3', {}, name, task.optional ? h('span', { class: 'text-secondary' }, '（可办可不办）') : null),
      several
        ? h('div', { class: 'text-secondary' }, `案件 ${Number(task.case.slice(-6))}：${task.case_name}`)
        : null,
      h(
        'div',
        {},
        task.org ?? '还没有承办单位',
        h('span', { class: 'text-secondary' }, `，${task.created} 起`),
      ),
      due(task),
      task.article ? h('div', { class: 'text-secondary' }, `依据 ${task.article}`) : null,
    );
  }

  function planned(task) {
    const said = task.planned.day
      ? `已定：${task.planned.day} 办理${task.planned.choice ? `，${task.planned.choice}` : ''}`
      : '已定：不办理';
    return h('section', { class: 'qc-trial-task is-planned' }, head(task), h('div', {}, said));
  }

  return { element, show };
}

function due(task) {
  if (!task.due)
    return h('div', { class: 'text-secondary' }, task.optional ? '没有期限' : '法规没有规定期限');
  const [sign, word] = LIGHTS[task.light] ?? ['‖', '计时暂停'];
  return h(
    'details',
    { class: 'qc-trial-due' },
    h(
      'summary',
      {},
      h('span', { class: `light light-${task.light ?? 'none'}` }, `${sign} ${word}`),
      ` ${task.due_text}，${task.distance}`,
    ),
    h('ul', {}, ...task.derivation.map((line) => h('li', {}, line))),
  );
}

/** When it is done: today, after so many days, or never. */
function createWhen(task) {
  const id = `trial-when-${task.id}`;
  const choice = h(
    'select',
    { class: 'form-select form-select-sm', id, 'aria-label': `“${task.name}”什么时候办` },
    h('option', { value: 'now' }, '当日办'),
    ...UNITS.map(([unit, word]) => h('option', { value: unit }, `过几${word}办`)),
    h('option', { value: 'never' }, '不办理'),
  );
  const number = numberInput(`${id}-n`, 1);
  number.setAttribute('aria-label', '几');
  number.hidden = true;
  const heard = [];
  choice.addEventListener('change', () => {
    number.hidden = !UNITS.some(([unit]) => unit === choice.value);
    heard.forEach((one) => one());
    if (!number.hidden) number.focus();
  });
  return {
    element: h('div', { class: 'd-flex gap-2 align-items-center' }, choice, number),
    changed: (act) => heard.push(act),
    value() {
      if (choice.value === 'now') return '0d';
      if (choice.value === 'never') return 'never';
      return `${Math.max(0, Math.floor(Number(number.value) || 0))}${choice.value}`;
    },
  };
}

function numberInput(id, value) {
  return h('input', {
    type: 'number',
    min: '0',
    max: '9999',
    class: 'form-control form-control-sm qc-trial-number',
    id,
    value: String(value),
  });
}

function button(label, act, title) {
  const made = h('button', { type: 'button', class: 'btn btn-sm', title: title || null }, label);
  made.addEventListener('click', act);
  return made;
}
