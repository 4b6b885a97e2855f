/** The form as the person who fills it in will have it: the same component, rehearsed. */
import { Component, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { TaskForm } from '../form/TaskForm.jsx';
import { ENTERPRISE_FACTS, valuesOf } from './model/kinds.js';
import { fieldsOf, titleOf, valueInWords } from './model/form.js';
import { writeJson } from './model/json.js';
import { tryForm } from './server.js';

const SAMPLE = {
  name: '样例化工有限公司',
  uscc: '91370102MA3C0L6X0A',
  address: '历下区样例路 1 号',
  legal_representative: '张样例',
  contact_name: '李样例',
  contact_phone: '0531-88000000',
  region_code: '370102',
  industry_code: 'C2614',
};
const PHRASES = ['情况属实，同意。', '材料齐全，符合要求。'];
const VIEWS = [
  ['clerk', '经办人员'],
  ['enterprise', '企业'],
  ['done', '办结后'],
];

export function Preview({ form: edited, forEnterprise, pointed }) {
  const form = useDeferredValue(edited); // typing in the panel does not wait for the form

  const room = useRef(null);
  useEffect(() => {
    const field =
      pointed && room.current?.querySelector(`#root_${CSS.escape(pointed)}`)?.closest('.qc-field');
    field?.scrollIntoView({ block: 'nearest' });
  }, [pointed]);
  const [who, setWho] = useState(forEnterprise ? 'enterprise' : 'clerk');
  const plain = useMemo(
    () => ({ schema: JSON.parse(writeJson(form.schema)), ui: JSON.parse(writeJson(form.ui)) }),
    [form],
  );
  const [typed, setTyped] = useState(null);
  const model = useMemo(() => modelFor(plain, who, typed), [plain, who, typed]);
  async function rehearse({ data }) {
    try {
      return { status: 200, ok: true, body: await tryForm(writeJson(form.schema), data) };
    } catch (error) {
      return {
        status: error.status,
        ok: false,
        signedOut: error.signedOut,
        body: error.body ?? { detail: error.message },
      };
    }
  }
  function taken(answer) {
    setTyped(answer.data);
    return { kind: 'success', title: '系统会接受这样的填写。', text: results(form, answer.data) };
  }
  // What a form begins with is read once: another beginning is another rehearsal.
  const beginning = JSON.stringify([
    who,
    plain.schema['x-prefill'],
    fieldsOf(form).map((field) => field.schema?.default ?? null),
  ]);
  return (
    <section className="qc-fb-preview" aria-label="预览" ref={room}>
      <div className="qc-fb-preview-head" role="group" aria-label="以谁的身份预览">
        <span>预览</span>
        {VIEWS.map(([value, label]) => (
          <button
            key={value}
            type="button"
            className={`btn btn-sm${who === value ? ' btn-primary' : ''}`}
            aria-pressed={who === value}
            onClick={() => setWho(value)}
          >
            {label}
          </button>
        ))}
      </div>
      <div className={who === 'enterprise' ? 'qc-fb-paper is-enterprise' : 'qc-fb-paper'}>
        {who === 'enterprise' && <p className="qc-fb-crumb">我的事项 › {form.schema.title}</p>}
        <h2>{form.schema.title}</h2>
        <Net content={plain}>
          <TaskForm key={beginning} model={model} send={rehearse} onDone={taken} />
        </Net>
      </div>
    </section>
  );
}

function modelFor({ schema, ui }, who, typed) {
  const decision = schema.properties?.decision ?? {};
  const options = decision.oneOf ?? (decision.enum ?? []).map((value) => ({ const: value, title: value }));
  const follows = schema['x-consequences'] ?? {};
  return {
    schema,
    ui_schema: ui,
    data: { ...prefilled(schema), ...(who === 'done' ? typed : {}) },
    readonly: who === 'done',
    urls: {},
    phrases: who === 'clerk' ? PHRASES : [],
    choices: options.map((one) => ({
      value: one.const,
      label: one.title ?? one.const,
      hint: follows[one.const] ?? '',
    })),
    consequence: {},
    upload: ({ file }) => ({
      done: Promise.resolve({ id: 1, name: file.name, size: file.size }),
      cancel: () => {},
    }),
  };
}

/** Samples of the facts that the server fills in. */
function prefilled(schema) {
  const data = {};
  for (const [name, source] of Object.entries(schema['x-prefill'] ?? {})) {
    const field = schema.properties?.[name] ?? {};
    const [place, fact] = String(source).split('.');
    if (place === 'today') data[name] = new Date().toLocaleDateString('sv-SE');
    else if (place === 'enterprise')
      data[name] = SAMPLE[fact] ?? `（企业的${ENTERPRISE_FACTS[fact] ?? fact}）`;
    else data[name] = sampleOf(field);
  }
  return data;
}

/** Something that a fact of the case might be. */
function sampleOf(schema) {
  const values = valuesOf(schema);
  if (values) return values[0];
  if (schema.format === 'date') return new Date().toLocaleDateString('sv-SE');
  const inItems = schema.type === 'array' && valuesOf(schema.items);
  if (inItems) return inItems.slice(0, 1);
  return {
    string: '（案件里的内容）',
    number: schema.minimum ?? 1,
    integer: schema.minimum ?? 1,
    boolean: true,
  }[schema.type];
}

/** What the server reckoned, so that sums and grades can be looked at. */
function results(form, data) {
  const { total, veto, grade } = form.schema['x-scoring'] ?? {};
  const { grades = [] } = form.schema['x-scoring']
    ? (form.ui[form.schema['x-scoring'].scores]?.['ui:options'] ?? {})
    : {};
  const rule = form.schema['x-scoring']?.grades ?? [];
  const label = (value) => {
    const least = rule.find(([name]) => name === value)?.[1];
    return (
      grades.find((one) => one.min === least)?.label ??
      (value === 'fail' ? (grades.at(-1)?.label ?? '不予通过') : value)
    );
  };
  const said = [
    total && `总分 ${data[total]} 分`,
    veto && data[veto] && '有否决条目',
    grade && `等次：${label(data[grade])}`,
    ...Object.keys(form.schema['x-computed'] ?? {}).map(
      (name) => data[name] !== undefined && `${titleOf(form, name)} ${valueInWords({}, data[name])}`,
    ),
  ].filter(Boolean);
  return said.join('；');
}

/** A form that cannot be drawn yet says so, and is tried again with the next change. */
class Net extends Component {
  state = { broken: false, content: null };

  static getDerivedStateFromProps({ content }, state) {
    return content === state.content ? null : { broken: false, content };
  }

  static getDerivedStateFromError() {
    return { broken: true };
  }

  render() {
    if (!this.state.broken) return this.props.children;
    return (
      <p className="alert alert-warning" role="alert">
        表单现在的样子还显示不出来，请看左边标出的问题；改好后这里会自动恢复。
      </p>
    );
  }
}
