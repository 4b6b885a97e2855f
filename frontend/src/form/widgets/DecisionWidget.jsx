/** The decision: one card a choice, and under each what follows when it is chosen. */
import { ariaDescribedByIds } from '@rjsf/utils';
import { Static } from './Static.jsx';

/** The page's wording of the choices comes first, then the schema's. */
function choicesOf(options, model, schema, follows) {
  const worded = new Map((options.choices ?? model.choices ?? []).map((choice) => [choice.value, choice]));
  const fromSchema =
    options.enumOptions ?? (schema.enum ?? []).map((value) => ({ value, label: String(value) }));
  const list = fromSchema.length ? fromSchema : [...worded.values()];
  return list.map(({ value, label }) => ({
    value,
    label: worded.get(value)?.label ?? label,
    hint: worded.get(value)?.hint || follows[value],
  }));
}

export function DecisionWidget({
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
  const { model = {} } = registry.formContext ?? {};
  const choices = choicesOf(options, model, schema, registry.rootSchema?.['x-consequences'] ?? {});
  const consequence = model.consequence ?? {};
  if (readonly) return <Static id={id}>{choices.find((choice) => choice.value === value)?.label}</Static>;
  return (
    <div
      id={id}
      className={`qc-decision${rawErrors?.length ? ' is-invalid' : ''}`}
      role="radiogroup"
      aria-labelledby={`${id}__label`}
      aria-describedby={ariaDescribedByIds(id)}
      aria-required={required || undefined}
    >
      {choices.map((choice, i) => (
        <label key={choice.value} className={choice.value === value ? 'qc-choice is-chosen' : 'qc-choice'}>
          <input
            type="radio"
            className="form-check-input"
            name={id}
            id={`${id}-${i}`}
            disabled={disabled}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span className="qc-choice-body">
            <span className="qc-choice-label">{choice.label}</span>
            {choice.hint && <span className="qc-choice-hint">{choice.hint}</span>}
            {consequence[choice.value] && consequence[choice.value] !== choice.hint && (
              <span className="qc-choice-next">之后：{consequence[choice.value]}</span>
            )}
          </span>
        </label>
      ))}
    </div>
  );
}
