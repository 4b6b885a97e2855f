/** An administrative division, chosen level by level; the value is its code (GB/T 2260). */
import { useEffect, useState } from 'react';
import { ariaDescribedByIds } from '@rjsf/utils';
import { request } from '../../shared/http.js';
import { Static } from './Static.jsx';

const LEVELS = ['省（自治区、直辖市）', '市', '县（市、区）'];
const asked = new Map();

/** @param {string} code empty for the provinces @returns {Promise<{name?: string, line?: string[], within: {code: string, name: string, last: boolean}[]}>} */
function divisions(code) {
  if (!asked.has(code)) {
    const answer = request(`/regions/${code}`).then(({ ok, body }) => {
      if (ok) return body;
      throw new Error(body?.detail ?? '行政区划没有取到');
    });
    answer.catch(() => asked.delete(code));
    asked.set(code, answer);
  }
  return asked.get(code);
}

export function RegionWidget({ id, value, readonly, disabled, required, onChange, options, rawErrors }) {
  const [line, setLine] = useState([]);
  const [lists, setLists] = useState([]);
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    let current = true;
    const fail = (error) => current && setTrouble(error.message);
    async function follow() {
      const { line: known = [], name: said = '' } = value ? await divisions(value) : {};
      const chosen = value ? known : line;
      const within = await Promise.all(['', ...chosen].map(divisions));
      if (!current) return;
      setName(said);
      setLine(chosen);
      setLists(within.map((one) => one.within).filter((one) => one.length));
      setTrouble('');
    }
    follow().catch(fail);
    return () => (current = false);
  }, [value, line.join()]);

  if (readonly) return <Static id={id}>{name || value}</Static>;
  function choose(level, code) {
    const option = lists[level].find((one) => one.code === code);
    setLine(code ? [...line.slice(0, level), code] : line.slice(0, level));
    const finished = option && (option.last || options.level === 'any');
    onChange(finished ? code : options.level === 'any' && level > 0 && !code ? line[level - 1] : undefined);
  }
  return (
    <div className="qc-region" role="group" aria-labelledby={`${id}__label`}>
      {lists.map((list, level) => (
        <select
          key={level}
          id={level === 0 ? id : `${id}-${level}`}
          className={`form-select${rawErrors?.length ? ' is-invalid' : ''}`}
          aria-label={LEVELS[level]}
          aria-required={required || undefined}
          aria-invalid={rawErrors?.length ? true : undefined}
          aria-describedby={ariaDescribedByIds(id)}
          disabled={disabled}
          value={line[level] ?? ''}
          onChange={(event) => choose(level, event.target.value)}
        >
          <option value="">{LEVELS[level]}</option>
          {list.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </select>
      ))}
      {trouble && (
        <p className="form-hint mb-0" role="alert">
          {trouble}，请稍后再试。
        </p>
      )}
    </div>
  );
}
