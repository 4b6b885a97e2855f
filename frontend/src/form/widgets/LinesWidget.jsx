/** A list of short texts, one a line. */
import { useState } from 'react';
import { ariaDescribedByIds } from '@rjsf/utils';
import { Static } from './Static.jsx';

/**
 * @param {string} text
 * @returns {string[]} its lines without blanks
 */
const linesOf = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

export function LinesWidget({ id, value, readonly, disabled, required, onChange, options, rawErrors }) {
  const lines = Array.isArray(value) ? value : [];
  const [typed, setTyped] = useState(null);
  if (readonly) return <Static id={id}>{lines.join('、')}</Static>;
  const same = typed !== null && linesOf(typed).join('\n') === lines.join('\n');
  return (
    <textarea
      id={id}
      className={`form-control${rawErrors?.length ? ' is-invalid' : ''}`}
      rows={options.rows ?? 3}
      disabled={disabled}
      aria-required={required || undefined}
      aria-invalid={rawErrors?.length ? true : undefined}
      aria-describedby={ariaDescribedByIds(id)}
      value={same ? typed : lines.join('\n')}
      onChange={(event) => {
        setTyped(event.target.value);
        const next = linesOf(event.target.value);
        onChange(next.length ? next : undefined);
      }}
    />
  );
}
