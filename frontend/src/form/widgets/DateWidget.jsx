/**
 * A day or a month as text that reads the same in every browser, with the browser's own calendar behind a button. What
 * is typed is brought into one form when the field is left.
 */
import { useRef, useState } from 'react';
import { ariaDescribedByIds } from '@rjsf/utils';
import { isoDay, isoMonth, weekday } from '../../shared/format.js';
import { Icon } from '../theme/templates.jsx';
import { Static } from './Static.jsx';

const KINDS = {
  date: { parse: isoDay, placeholder: '2027-02-08', pick: '从日历选择日期', says: '没有这一天' },
  month: { parse: isoMonth, placeholder: '2027-02', pick: '从日历选择月份', says: '没有这个月份' },
};

function Picked({ kind, id, value, disabled, required, rawErrors, onChange, options, children }) {
  const { parse, placeholder, pick, says } = KINDS[kind];
  const [typed, setTyped] = useState(null);
  const native = useRef(null);
  const shown = typed !== null && (parse(typed) ?? typed) === (value ?? '') ? typed : (value ?? '');
  const wrong = typed === null && Boolean(value) && !parse(value) && !rawErrors?.length;
  const take = (text) => {
    setTyped(text);
    onChange(text.trim() === '' ? undefined : (parse(text) ?? text));
  };
  return (
    <div className="qc-date">
      <div className="input-group">
        <input
          id={id}
          className={`form-control${rawErrors?.length ? ' is-invalid' : ''}`}
          inputMode="numeric"
          autoComplete="off"
          disabled={disabled}
          placeholder={placeholder}
          aria-required={required || undefined}
          aria-invalid={rawErrors?.length ? true : undefined}
          aria-describedby={ariaDescribedByIds(id)}
          value={shown}
          onChange={(event) => take(event.target.value)}
          onBlur={() => setTyped(null)}
        />
        <span className="qc-date-pick">
          <input
            ref={native}
            type={kind}
            tabIndex={-1}
            aria-hidden="true"
            min={options.min}
            max={options.max}
            disabled={disabled}
            value={parse(value) ?? ''}
            onChange={(event) => take(event.target.value)}
          />
          <button
            type="button"
            className="btn btn-icon"
            aria-label={pick}
            title={pick}
            disabled={disabled}
            onClick={() => open(native.current)}
          >
            <Icon name="calendar-event" />
          </button>
        </span>
      </div>
      {wrong ? <span className="qc-field-error">{says}</span> : children}
    </div>
  );
}

function open(input) {
  try {
    input.showPicker();
  } catch {
    input.focus(); // a browser without a calendar for it: the text field is there
  }
}

export function DateWidget(props) {
  const { id, value, readonly } = props;
  const day = weekday(value);
  if (readonly) return <Static id={id}>{value && (day ? `${value}（${day}）` : value)}</Static>;
  return (
    <Picked kind="date" {...props}>
      <span className="qc-date-day">{day}</span>
    </Picked>
  );
}

export function MonthWidget(props) {
  if (props.readonly) return <Static id={props.id}>{props.value}</Static>;
  return <Picked kind="month" {...props} />;
}
