/** An organisation out of a list; a long list can be narrowed by typing part of a name. */
import { useState } from 'react';
import { ariaDescribedByIds } from '@rjsf/utils';
import { Static } from './Static.jsx';

const LONG = 12;

export function OrganisationWidget({
  id,
  value,
  readonly,
  disabled,
  required,
  onChange,
  options,
  rawErrors,
}) {
  const [filter, setFilter] = useState('');
  const all = options.choices ?? options.enumOptions ?? [];
  const chosen = all.find((option) => option.value === value);
  if (readonly) return <Static id={id}>{chosen?.label ?? value}</Static>;
  const wanted = filter.trim();
  const list = all.filter((option) => !wanted || option === chosen || option.label.includes(wanted));
  return (
    <div className="qc-organisation">
      {all.length > LONG && (
        <input
          type="search"
          className="form-control"
          aria-label="按名称查找单位"
          placeholder="输入名称中的几个字查找"
          disabled={disabled}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      <select
        id={id}
        className={`form-select${rawErrors?.length ? ' is-invalid' : ''}`}
        disabled={disabled}
        aria-required={required || undefined}
        aria-invalid={rawErrors?.length ? true : undefined}
        aria-describedby={ariaDescribedByIds(id)}
        value={chosen ? String(all.indexOf(chosen)) : ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : all[event.target.value].value)}
      >
        <option value="">{wanted ? `请选择（找到 ${list.length} 个）` : '请选择单位'}</option>
        {list.map((option) => (
          <option key={String(option.value)} value={all.indexOf(option)}>
            {option.hint ? `${option.label}（${option.hint}）` : option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
