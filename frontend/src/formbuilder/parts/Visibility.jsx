/** When a field is shown, built from other fields without typing an expression; said as a sentence. */
import { Part } from '../controls.jsx';
import { operatorsFor, readCondition } from '../model/conditions.js';
import { setCondition } from '../model/edits.js';
import { askable, shownWhen } from '../model/form.js';
import { spliced } from '../model/json.js';

const NO_VALUE = new Set(['filled', 'empty']);

export function Visibility({ form, field, edit }) {
  const { name, condition, otherwise } = field;
  const all = askable(form);
  const others = all.filter((one) => one.name !== name);
  const read = condition === undefined ? null : readCondition(condition);
  const write = (next, tag) => edit((now) => setCondition(now, name, next), tag);
  const sentence = shownWhen(form, field);
  if (condition !== undefined && (!read || otherwise)) {
    return (
      <Part title="显示条件">
        <p className="qc-fb-note mb-0">{sentence}</p>
        <button type="button" className="btn btn-sm mt-1" onClick={() => write(null)}>
          改为总是显示
        </button>
      </Part>
    );
  }
  const term = (one) => {
    const [is] = operatorsFor(one.kind)[0];
    return { field: one.name, is, ...(!NO_VALUE.has(is) && { value: firstValue(one) }) };
  };
  const terms = read?.terms ?? [];
  /** What a new condition asks to begin with: the nearest choice before the field. */
  function likely() {
    const free = others.filter((one) => !terms.some((known) => known.field === one.name));
    const place = all.findIndex((one) => one.name === name);
    const before = free.filter((one) => place < 0 || all.indexOf(one) < place);
    return (
      before.reverse().find((one) => one.values.length) ??
      free.find((one) => one.values.length) ??
      free[0] ??
      others[0]
    );
  }
  const set = (index, change) =>
    write({ ...read, terms: spliced(terms, index, 1, { ...terms[index], ...change }) }, `term ${index}`);
  return (
    <Part title="显示条件" note={condition === undefined ? '：总是显示' : ''}>
      {terms.length > 0 && <p className="qc-fb-note">当{sentence}时显示。</p>}
      {terms.map((one, index) => (
        <Term
          key={index}
          number={index + 1}
          term={one}
          others={others}
          onField={(other) => write({ ...read, terms: spliced(terms, index, 1, term(other)) })}
          onSet={(change) => set(index, change)}
          onRemove={() => write(terms.length > 1 ? { ...read, terms: spliced(terms, index, 1) } : null)}
        />
      ))}
      {terms.length > 1 && (
        <select
          className="form-select mb-1"
          aria-label="几个条件的关系"
          value={read.any ? 'any' : 'all'}
          onChange={(event) => write({ terms, any: event.target.value === 'any' })}
        >
          <option value="all">同时符合才显示</option>
          <option value="any">符合其中一个就显示</option>
        </select>
      )}
      <button
        type="button"
        className="btn btn-sm"
        disabled={!others.length}
        onClick={() =>
          write({
            any: read?.any ?? false,
            terms: [...terms, term(likely())],
          })
        }
      >
        {terms.length ? '再加一个条件' : '改为有条件才显示'}
      </button>
    </Part>
  );
}

const firstValue = (one) =>
  one.values.length
    ? one.values[0].value
    : one.kind === 'number' || one.kind === 'money' || one.kind === 'computed'
      ? 0
      : '';

function Term({ number, term, others, onField, onSet, onRemove }) {
  const other = others.find((one) => one.name === term.field);
  const operators = operatorsFor(other?.kind ?? 'text');
  const setOperator = (is) => {
    if (NO_VALUE.has(is)) return onSet({ is, value: undefined });
    const single = Array.isArray(term.value) ? term.value[0] : (term.value ?? firstValue(other));
    return onSet({ is, value: is === 'in' ? [single] : single });
  };
  return (
    <div className="qc-fb-term">
      <select
        className="form-select"
        aria-label={`第 ${number} 个条件看哪个字段`}
        value={term.field}
        onChange={(event) => onField(others.find((one) => one.name === event.target.value))}
      >
        {!other && <option value={term.field}>{term.field}</option>}
        {others.map((one) => (
          <option key={one.name} value={one.name}>
            {one.title}
          </option>
        ))}
      </select>
      <select
        className="form-select"
        aria-label={`第 ${number} 个条件怎样比较`}
        value={term.is}
        onChange={(event) => setOperator(event.target.value)}
      >
        {!operators.some(([is]) => is === term.is) && <option value={term.is}>{term.is}</option>}
        {operators.map(([is, label]) => (
          <option key={is} value={is}>
            {label}
          </option>
        ))}
      </select>
      {!NO_VALUE.has(term.is) && <Value number={number} term={term} other={other} onSet={onSet} />}
      <button
        type="button"
        className="btn btn-sm btn-icon"
        aria-label={`去掉第 ${number} 个条件`}
        onClick={onRemove}
      >
        ✕
      </button>
    </div>
  );
}

function Value({ number, term, other, onSet }) {
  const label = `第 ${number} 个条件的取值`;
  const values = other?.values ?? [];
  if (term.is === 'in') {
    const chosen = [term.value].flat();
    return (
      <span className="qc-fb-many" role="group" aria-label={label}>
        {values.map((one) => (
          <label key={String(one.value)}>
            <input
              type="checkbox"
              className="form-check-input"
              checked={chosen.includes(one.value)}
              onChange={(event) => {
                const next = values
                  .map((v) => v.value)
                  .filter((v) => (v === one.value ? event.target.checked : chosen.includes(v)));
                if (next.length) onSet({ value: next });
              }}
            />{' '}
            {one.label}
          </label>
        ))}
      </span>
    );
  }
  if (values.length) {
    const index = values.findIndex((one) => one.value === term.value);
    return (
      <select
        className="form-select"
        aria-label={label}
        value={index}
        onChange={(event) => onSet({ value: values[event.target.value].value })}
      >
        {index < 0 && <option value={-1}>{String(term.value)}</option>}
        {values.map((one, i) => (
          <option key={i} value={i}>
            {one.label}
          </option>
        ))}
      </select>
    );
  }
  const isNumber = typeof term.value === 'number';
  return (
    <input
      className="form-control"
      aria-label={label}
      type={isNumber ? 'number' : 'text'}
      step="any"
      value={term.value ?? ''}
      onChange={(event) => {
        const { value } = event.target;
        if (!isNumber) onSet({ value });
        else if (value !== '') onSet({ value: Number(value) });
      }}
    />
  );
}
