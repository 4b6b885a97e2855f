/** What a field starts with: a fact of the enterprise, of the case, today; or a value of its own. */
import { Choice, Part, Text, Tick } from '../controls.jsx';
import * as edits from '../model/edits.js';
import { fieldsOf, valueInWords } from '../model/form.js';
import { ENTERPRISE_FACTS, valuesOf } from '../model/kinds.js';

const NONE = new Set(['score', 'veto', 'computed', 'files', 'kept', 'agree']);

export function Prefill({ form, field, forms, path, reference, edit, set }) {
  const { name, schema, kind, prefill } = field;
  if (NONE.has(kind)) return null;
  const sources = sourcesFor({ kind, forms, path, reference, prefill });
  const change = (source) => edit((now) => edits.setPrefill(now, name, source));
  const fact = prefill?.startsWith('case.');
  return (
    <Part
      title="预填"
      note={prefill || schema.default !== undefined ? '' : '：不预填'}
      open={Boolean(prefill)}
    >
      <Choice label="预填为" value={prefill} options={sources} onValue={change} />
      {fact && (
        <p className="form-hint">
          案件里有这一项时，以案件的为准，填写的人不能改{name === 'decision' ? '（办理决定除外）' : ''}。
        </p>
      )}
      {(prefill || schema.readOnly) && (
        <Tick
          label="只显示，不能改"
          value={schema.readOnly === true}
          onValue={(on) => set('readOnly', on || undefined)}
        />
      )}
      {!prefill && <Default form={form} field={field} set={set} />}
    </Part>
  );
}

function Default({ field, set }) {
  const { schema, kind } = field;
  if (['choice', 'decision', 'yesno'].includes(kind)) {
    const values = kind === 'yesno' ? [true, false] : valuesOf(schema);
    const options = [
      { value: undefined, label: '不选' },
      ...values.map((value) => ({ value, label: valueInWords(schema, value) })),
    ];
    return (
      <Choice
        label="默认选"
        value={schema.default}
        options={options}
        onValue={(value) => set('default', value)}
      />
    );
  }
  if (kind === 'text' || kind === 'paragraph') {
    return (
      <Text label="默认内容" value={schema.default} onValue={(text) => set('default', text || undefined)} />
    );
  }
  return null;
}

/** Facts of the case are what other forms of the design ask and the services of its diagrams give. */
function sourcesFor({ kind, forms, path, reference, prefill }) {
  const asked = Object.entries(forms)
    .filter(([other]) => other !== path)
    .flatMap(([, other]) =>
      fieldsOf(other)
        .filter((field) => !field.schema?.readOnly)
        .map((field) => ({
          value: `case.${field.name}`,
          label: `案件：${field.schema?.title ?? field.name}（${other.schema.title}）`,
        })),
    );
  const given = reference.operators.flatMap(({ label, gives }) =>
    gives.map((name) => ({ value: `case.${name}`, label: `案件：${name}（${label}给出）` })),
  );
  const all = [
    { value: undefined, label: '不预填' },
    ...(kind === 'date' ? [{ value: 'today', label: '办理当天' }] : []),
    ...Object.entries(ENTERPRISE_FACTS).map(([fact, label]) => ({
      value: `enterprise.${fact}`,
      label: `企业：${label}`,
    })),
    ...[...asked, ...given].filter(
      (one, index, list) => list.findIndex((other) => other.value === one.value) === index,
    ),
  ];
  return all.some((one) => one.value === prefill) ? all : [...all, { value: prefill, label: prefill }];
}
