/** Inputs of the panels. Each hands on what is typed at once; the history joins quick typing into one step. */
import { useId, useState } from 'react';

/** @param {{label: string, hint?: any, problem?: string, children: (id: string) => any}} props */
export function Row({ label, hint, problem, children }) {
  const id = useId();
  return (
    <div className="qc-fb-control">
      <label className="form-label" htmlFor={id}>
        {label}
      </label>
      {children(id)}
      {problem && (
        <p className="qc-field-error mb-0" role="alert">
          {problem}
        </p>
      )}
      {hint && <p className="form-hint mb-0">{hint}</p>}
    </div>
  );
}

export function Text({ label, value, onValue, area, most, ...more }) {
  const Input = area ? 'textarea' : 'input';
  return (
    <Row label={label} {...more}>
      {(id) => (
        <Input
          id={id}
          className="form-control"
          rows={area ? 2 : undefined}
          maxLength={most}
          value={value ?? ''}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Row>
  );
}

/** A number, or nothing. What is no number is said and not handed on. */
export function Num({ label, value, onValue, whole, ...more }) {
  const [typed, setTyped] = useState(null);
  const read = (text) => (text.trim() === '' ? undefined : Number(text));
  const fits = (number) =>
    number === undefined ||
    (Number.isFinite(number) && (!whole || (Number.isInteger(number) && number >= 0)));
  const wrong = typed !== null && !fits(read(typed));
  return (
    <Row
      label={label}
      {...more}
      problem={wrong ? (whole ? '请填写不小于 0 的整数' : '请填写数字') : more.problem}
    >
      {(id) => (
        <input
          id={id}
          className={`form-control${wrong ? ' is-invalid' : ''}`}
          inputMode="decimal"
          value={typed ?? value ?? ''}
          onBlur={() => !wrong && setTyped(null)}
          onChange={(event) => {
            setTyped(event.target.value);
            const number = read(event.target.value);
            if (fits(number)) onValue(number);
          }}
        />
      )}
    </Row>
  );
}

export function Choice({ label, value, options, onValue, ...more }) {
  const index = options.findIndex((option) => option.value === value);
  return (
    <Row label={label} {...more}>
      {(id) => (
        <select
          id={id}
          className="form-select"
          value={index < 0 ? '' : index}
          onChange={(event) =>
            onValue(event.target.value === '' ? undefined : options[event.target.value].value)
          }
        >
          {index < 0 && <option value="">请选择</option>}
          {options.map((option, i) => (
            <option key={i} value={i}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Row>
  );
}

export function Tick({ label, value, onValue, hint }) {
  return (
    <div className="qc-fb-control">
      <label className="form-check mb-0">
        <input
          type="checkbox"
          className="form-check-input"
          checked={Boolean(value)}
          onChange={(event) => onValue(event.target.checked)}
        />
        <span className="form-check-label">{label}</span>
      </label>
      {hint && <p className="form-hint mb-0">{hint}</p>}
    </div>
  );
}

/** @param {{title: string, note?: string, open?: boolean, children: any}} props a part of a panel that can be folded away */
export function Part({ title, note, open = true, children }) {
  return (
    <details className="qc-fb-part" open={open}>
      <summary>
        {title}
        {note && <span className="text-secondary">{note}</span>}
      </summary>
      {children}
    </details>
  );
}

/** Buttons that move or take away a row of a list. */
export function RowActs({ name, index, count, onMove, onRemove }) {
  return (
    <span className="qc-fb-acts">
      <button
        type="button"
        className="btn btn-sm btn-icon"
        disabled={index === 0}
        aria-label={`上移${name}`}
        onClick={() => onMove(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        className="btn btn-sm btn-icon"
        disabled={index === count - 1}
        aria-label={`下移${name}`}
        onClick={() => onMove(1)}
      >
        ↓
      </button>
      <button type="button" className="btn btn-sm btn-icon" aria-label={`删除${name}`} onClick={onRemove}>
        ✕
      </button>
    </span>
  );
}

/** What is wrong with what is chosen; it stays in sight while the panel is scrolled. */
export function Problems({ list }) {
  if (!list.length) return null;
  return (
    <div className="qc-fb-problems" role="alert">
      {list.map((one, index) => (
        <p key={index} className={one.severity === 'error' ? 'qc-fb-problem' : 'qc-fb-problem is-hint'}>
          {one.message}
        </p>
      ))}
    </div>
  );
}
