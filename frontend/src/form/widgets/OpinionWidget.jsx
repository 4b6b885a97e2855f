/** The opinion: a text, with common phrases to pick. */
import { useRef } from 'react';
import { ariaDescribedByIds } from '@rjsf/utils';
import { Counter } from './Counter.jsx';
import { Static } from './Static.jsx';

/** A phrase is a text, or `{text, for: ["approve"]}` when it fits certain decisions only. */
function phrasesFor(phrases, decision) {
  return phrases
    .map((phrase) => (typeof phrase === 'string' ? { text: phrase } : phrase))
    .filter((phrase) => !phrase.for || !decision || phrase.for.includes(decision))
    .map((phrase) => phrase.text);
}

export function OpinionWidget({
  id,
  value,
  readonly,
  disabled,
  required,
  onChange,
  options,
  schema,
  registry,
  rawErrors,
}) {
  const box = useRef(null);
  if (readonly) return <Static id={id}>{value}</Static>;
  const { model = {}, data = {} } = registry.formContext ?? {};
  const phrases = phrasesFor(options.phrases ?? model.phrases ?? [], data.decision);

  function insert(phrase) {
    const text = value ?? '';
    const at = box.current?.selectionStart ?? text.length;
    const until = box.current?.selectionEnd ?? text.length;
    onChange(text.slice(0, at) + phrase + text.slice(until));
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(at + phrase.length, at + phrase.length);
    });
  }

  return (
    <div className="qc-opinion">
      <textarea
        id={id}
        ref={box}
        className={`form-control${rawErrors?.length ? ' is-invalid' : ''}`}
        rows={options.rows ?? 4}
        disabled={disabled}
        aria-required={required || undefined}
        aria-invalid={rawErrors?.length ? true : undefined}
        aria-describedby={ariaDescribedByIds(id)}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
      />
      <Counter text={value} most={schema.maxLength} />
      {phrases.length > 0 && (
        <div className="qc-phrases" role="group" aria-label="常用意见">
          <span className="qc-phrases-title">常用意见</span>
          {phrases.map((phrase) => (
            <button
              key={phrase}
              type="button"
              className="qc-phrase"
              disabled={disabled}
              onClick={() => insert(phrase)}
            >
              {phrase}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
