/** Inputs for single values. Each shows plain text when the form is read only. */
import { useState } from 'react';
import { ariaDescribedByIds, asNumber, enumOptionsIsSelected } from '@rjsf/utils';
import { grouped } from '../../shared/format.js';
import { Counter } from '../widgets/Counter.jsx';
import { Static } from '../widgets/Static.jsx';
import { DateWidget, MonthWidget } from '../widgets/DateWidget.jsx';
import { DecisionWidget } from '../widgets/DecisionWidget.jsx';
import { FilesWidget } from '../widgets/FilesWidget.jsx';
import { LinesWidget } from '../widgets/LinesWidget.jsx';
import { OpinionWidget } from '../widgets/OpinionWidget.jsx';
import { OrganisationWidget } from '../widgets/OrganisationWidget.jsx';
import { RegionWidget } from '../widgets/RegionWidget.jsx';

const invalid = (props) => (props.rawErrors?.length ? ' is-invalid' : '');

/** Attributes that every input shares: what describes it, and whether it is wrong. */
const shared = ({ id, required, disabled, rawErrors }) => ({
  id,
  disabled,
  'aria-required': required || undefined,
  'aria-invalid': rawErrors?.length ? true : undefined,
  'aria-describedby': ariaDescribedByIds(id),
});

function TextInput(props) {
  const { value, readonly, onChange, placeholder, options, schema } = props;
  const number = schema.type === 'number' || schema.type === 'integer';
  if (readonly) return <Static id={props.id}>{value}</Static>;
  const input = (
    <input
      {...shared(props)}
      className={`form-control${number ? ' qc-number' : ''}${invalid(props)}`}
      type={options.inputType ?? (schema.format === 'email' ? 'email' : 'text')}
      inputMode={number ? 'decimal' : undefined}
      autoComplete="off"
      placeholder={placeholder || undefined}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
    />
  );
  if (!options.unit) return input;
  return (
    <div className="input-group">
      {input}
      <span className="input-group-text">{options.unit}</span>
    </div>
  );
}

function TextArea(props) {
  const { value, readonly, onChange, placeholder, options, schema } = props;
  if (readonly) return <Static id={props.id}>{value}</Static>;
  return (
    <>
      <textarea
        {...shared(props)}
        className={`form-control${invalid(props)}`}
        rows={options.rows ?? 3}
        placeholder={placeholder || undefined}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
      />
      <Counter text={value} most={schema.maxLength} />
    </>
  );
}

function Select(props) {
  const { value, readonly, onChange, options, placeholder, multiple } = props;
  const list = options.enumOptions ?? [];
  if (multiple) return <CheckBoxes {...props} />;
  const index = list.findIndex((option) => enumOptionsIsSelected(option.value, value));
  if (readonly) return <Static id={props.id}>{list[index]?.label ?? value}</Static>;
  return (
    <select
      {...shared(props)}
      className={`form-select${invalid(props)}`}
      value={index < 0 ? '' : String(index)}
      onChange={(event) => onChange(event.target.value === '' ? undefined : list[event.target.value].value)}
    >
      <option value="">{placeholder || '请选择'}</option>
      {list.map((option, i) => (
        <option key={String(option.value)} value={i}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

function Radios(props) {
  const { id, value, readonly, disabled, onChange, options } = props;
  const list = options.enumOptions ?? [];
  if (readonly) {
    return (
      <Static id={id}>{list.find((option) => enumOptionsIsSelected(option.value, value))?.label}</Static>
    );
  }
  return (
    <div
      id={id}
      role="radiogroup"
      className={`qc-radios${invalid(props)}`}
      aria-labelledby={`${id}__label`}
      aria-describedby={ariaDescribedByIds(id)}
      aria-required={props.required || undefined}
    >
      {list.map((option, i) => (
        <label className="form-check form-check-inline" key={String(option.value)}>
          <input
            type="radio"
            className="form-check-input"
            name={id}
            id={`${id}-${i}`}
            disabled={disabled}
            checked={enumOptionsIsSelected(option.value, value)}
            onChange={() => onChange(option.value)}
          />
          <span className="form-check-label">{option.label}</span>
        </label>
      ))}
    </div>
  );
}

function YesNo(props) {
  const worded = (props.schema.oneOf ?? []).map(({ const: value, title }) => ({ value, label: title }));
  const enumOptions = worded.length
    ? worded
    : [
        { value: true, label: '是' },
        { value: false, label: '否' },
      ];
  return <Radios {...props} options={{ ...props.options, enumOptions }} />;
}

/** One box to tick, for a promise or a consent. */
function Agree(props) {
  const { id, value, readonly, disabled, onChange, label, required } = props;
  if (readonly) return <Static id={id}>{value ? `☑ ${label}` : `☐ ${label}`}</Static>;
  return (
    <label className="form-check mb-0">
      <input
        {...shared(props)}
        type="checkbox"
        className={`form-check-input${invalid(props)}`}
        disabled={disabled}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked ? true : undefined)}
      />
      <span className="form-check-label">
        {label}
        {required && <span className="qc-required">（必须勾选）</span>}
      </span>
    </label>
  );
}

function CheckBoxes(props) {
  const { id, value, readonly, disabled, onChange, options } = props;
  const list = options.enumOptions ?? [];
  const chosen = Array.isArray(value) ? value : [];
  if (readonly) {
    const labels = list.filter((option) => chosen.includes(option.value)).map((option) => option.label);
    return <Static id={id}>{labels.join('、')}</Static>;
  }
  const toggle = (option, on) =>
    onChange(list.map((o) => o.value).filter((v) => (v === option.value ? on : chosen.includes(v))));
  return (
    <div
      id={id}
      role="group"
      className={`qc-checks${invalid(props)}`}
      aria-labelledby={`${id}__label`}
      aria-describedby={ariaDescribedByIds(id)}
    >
      {list.map((option, i) => (
        <label className="form-check" key={String(option.value)}>
          <input
            type="checkbox"
            className="form-check-input"
            id={`${id}-${i}`}
            disabled={disabled}
            checked={chosen.includes(option.value)}
            onChange={(event) => toggle(option, event.target.checked)}
          />
          <span className="form-check-label">{option.label}</span>
        </label>
      ))}
    </div>
  );
}

/** The unit that a title names: `投资（万元）`. */
const unitIn = (title) => /（([^（）]*元[^（）]*)）$/.exec(title ?? '')?.[1];

/** Keeps what is typed (`12.`, `12.0`) while the value is the number. */
function MoneyInput(props) {
  const { id, value, readonly, onChange, options, label } = props;
  const named = unitIn(label);
  const unit = options.unit ?? named ?? '元';
  const [text, setText] = useState(null);
  if (readonly) return <Static id={id}>{value == null ? null : `${grouped(Number(value))} ${unit}`}</Static>;
  const shown = text !== null && asNumber(text.replace(/,/g, '')) === value ? text : (value ?? '');
  const take = (event) => {
    const typed = event.target.value.replace(/[，,\s]/g, '');
    setText(typed);
    onChange(typed === '' ? undefined : asNumber(typed));
  };
  return (
    <>
      <div className="input-group qc-money">
        <input
          {...shared(props)}
          inputMode="decimal"
          autoComplete="off"
          className={`form-control${invalid(props)}`}
          value={shown}
          onChange={take}
        />
        {!named && <span className="input-group-text">{unit}</span>}
      </div>
      {Number(value) >= 10000 && (
        <div className="form-hint">
          {grouped(Number(value))} {unit}
        </div>
      )}
    </>
  );
}

export const widgets = {
  TextWidget: TextInput,
  EmailWidget: TextInput,
  URLWidget: TextInput,
  UpDownWidget: TextInput,
  TextareaWidget: TextArea,
  SelectWidget: Select,
  RadioWidget: Radios,
  CheckboxesWidget: CheckBoxes,
  CheckboxWidget: Agree,
  DateWidget,
  agree: Agree,
  yesno: YesNo,
  date: DateWidget,
  month: MonthWidget,
  money: MoneyInput,
  opinion: OpinionWidget,
  decision: DecisionWidget,
  files: FilesWidget,
  lines: LinesWidget,
  organisation: OrganisationWidget,
  region: RegionWidget,
};
