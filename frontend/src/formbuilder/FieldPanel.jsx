/** Everything that one field says, part by part. */
import { useState } from 'react';
import { Choice, Part, Problems, Row, Text, Tick } from './controls.jsx';
import { whyKept } from './importing.js';
import * as edits from './model/edits.js';
import { dependents } from './model/form.js';
import { keptKeywords, kindNamed } from './model/kinds.js';
import { nameProblem, suggestName } from './model/names.js';
import { Prefill } from './parts/Prefill.jsx';
import { Settings } from './parts/Settings.jsx';
import { Visibility } from './parts/Visibility.jsx';

/** Kinds that are the same data in another dress. */
const FAMILIES = [
  ['text', 'paragraph', 'opinion'],
  ['number', 'money'],
];
const DRESS = {
  text: undefined,
  paragraph: 'textarea',
  opinion: 'opinion',
  number: undefined,
  money: 'money',
};
const WIDTHS = [
  { value: undefined, label: '自动' },
  { value: 'full', label: '整行' },
  { value: 'half', label: '半行' },
  { value: 'third', label: '三分之一行' },
  { value: 'quarter', label: '四分之一行' },
];
/** Places of a name that are listed before it is changed. */
const SHOWN = 6;
const FIXED = new Set(['score', 'veto', 'computed', 'kept']);

export function FieldPanel({ form, fields, field, forms, path, uses, reference, choose, change, problems }) {
  const { name, schema, ui, kind } = field;
  const title = schema?.title ?? name;
  const edit = (make, tag) => change((now) => make(now), tag && `${name} ${tag}`);
  const set = (key, value) => edit((now) => edits.setInField(now, name, [key], value), key);
  const family = FAMILIES.find((one) => one.includes(kind));
  const more = kind === 'kept' ? [] : keptKeywords(schema);
  const [refused, setRefused] = useState([]);

  function remove() {
    const needed = dependents(form, name);
    if (needed.length) {
      setRefused(needed);
      return;
    }
    const index = fields.findIndex((one) => one.name === name);
    const next = fields[index + 1] ?? fields[index - 1];
    change(edits.removeField(form, name));
    choose(next?.name ?? 'add:0');
  }
  function copy() {
    const made = suggestName(
      title,
      fields.map((one) => one.name),
      new Map([[title, name]]),
    );
    change(edits.copyField(form, name, made));
    choose(made);
  }

  return (
    <>
      <div className="qc-fb-panel-head">
        <h2>{kindNamed(kind).label}</h2>
        {!FIXED.has(kind) && kind !== 'decision' && (
          <button type="button" className="btn btn-sm" onClick={copy}>
            复制
          </button>
        )}
        <button type="button" className="btn btn-sm" onClick={remove}>
          删除
        </button>
      </div>
      <Problems
        list={[
          ...refused.map((place) => ({
            severity: 'error',
            message: `不能删除：${place}用到“${title}”，请先改掉`,
          })),
          ...problems,
        ]}
      />
      {kind === 'kept' && (
        <p className="qc-fb-note">
          这个字段原样保留（{whyKept(schema)}）：填写时照样起作用，可以改标题、位置和显示条件。
        </p>
      )}
      <Text label="标题" value={schema?.title} most={200} onValue={(text) => set('title', text)} />
      <Name {...{ form, fields, field, forms, path, uses, choose, change }} />
      <Text
        label="填写说明"
        area
        value={schema?.description}
        onValue={(text) => set('description', text || undefined)}
      />
      {!['computed', 'kept', 'score', 'veto'].includes(kind) && (
        <Tick
          label={field.condition ? '显示时必填' : '必填'}
          value={field.required}
          onValue={(on) => edit((now) => edits.setRequired(now, name, on))}
        />
      )}
      {family && (
        <Choice
          label="种类"
          value={kind}
          options={family.map((id) => ({ value: id, label: kindNamed(id).label }))}
          onValue={(id) => edit((now) => edits.setInUi(now, name, 'ui:widget', DRESS[id]))}
        />
      )}
      <Settings
        form={form}
        fields={fields}
        field={field}
        edit={edit}
        set={set}
        choose={choose}
        change={change}
      />
      <Visibility form={form} field={field} edit={edit} />
      <Prefill
        form={form}
        field={field}
        forms={forms}
        path={path}
        reference={reference}
        edit={edit}
        set={set}
      />
      {!['score', 'veto', 'table', 'people'].includes(kind) && (
        <Choice
          label="宽度"
          value={ui['ui:width']}
          options={WIDTHS}
          onValue={(width) => edit((now) => edits.setInUi(now, name, 'ui:width', width))}
        />
      )}
      {more.length > 0 && (
        <Part title="原样保留的设置" open={false}>
          <p className="mb-0">{more.map((key) => `${key}：${JSON.stringify(schema[key])}`).join('；')}</p>
        </Part>
      )}
    </>
  );
}

/** The name under which the answer is known to diagrams and other forms. Whoever changes it is told where else it stands. */
function Name({ form, fields, field, forms, path, uses, choose, change }) {
  const [typed, setTyped] = useState(null);
  const [asked, setAsked] = useState(null);
  const name = typed ?? field.name;
  const problem =
    typed !== null && typed !== field.name
      ? nameProblem(
          typed,
          fields.map((one) => one.name).filter((one) => one !== field.name),
        )
      : '';
  const places = [
    ...(uses[field.name] ?? []),
    ...Object.entries(forms)
      .filter(
        ([other, { schema }]) =>
          other !== path && Object.values(schema['x-prefill'] ?? {}).includes(`case.${field.name}`),
      )
      .map(([, { schema }]) => `表单“${schema.title}”的预填`),
  ];
  const different = [...new Set(places)];
  const rename = (to) => {
    change(edits.renameField(form, field.name, to));
    setAsked(null);
    setTyped(null);
    choose(to);
  };
  function leave() {
    if (typed === null || typed === field.name || problem) return;
    if (places.length) setAsked(typed);
    else rename(typed);
  }
  return (
    <Row label="字段名" hint="流程图和别的表单按它读取内容。" problem={problem}>
      {(id) => (
        <>
          <input
            id={id}
            className={`form-control${problem ? ' is-invalid' : ''}`}
            spellCheck={false}
            value={name}
            onChange={(event) => setTyped(event.target.value.trim())}
            onBlur={leave}
            onKeyDown={(event) => event.key === 'Enter' && leave()}
          />
          {asked && (
            <div className="qc-fb-problem is-hint" role="alert">
              <p className="mb-1">
                “{field.name}”还用在下面这些地方，改名后那里要一起改，否则读不到填写的内容：
              </p>
              <ul className="mb-1">
                {different.slice(0, SHOWN).map((place) => (
                  <li key={place}>{place}</li>
                ))}
                {different.length > SHOWN && <li>还有 {different.length - SHOWN} 处</li>}
              </ul>
              <button type="button" className="btn btn-sm" onClick={() => rename(asked)}>
                仍然改为“{asked}”
              </button>{' '}
              <button
                type="button"
                className="btn btn-sm"
                onClick={() => {
                  setAsked(null);
                  setTyped(null);
                }}
              >
                不改
              </button>
            </div>
          )}
        </>
      )}
    </Row>
  );
}
