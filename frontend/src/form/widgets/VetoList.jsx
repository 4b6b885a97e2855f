/** The vetoes as a checklist; those that another answer or the total decides are shown, not ticked. */
import { getUiOptions } from '@rjsf/utils';
import { total } from './score.js';

export function VetoList({
  uiSchema,
  schema,
  formData,
  fieldPathId,
  errorSchema = {},
  onChange,
  readonly,
  disabled,
  registry,
}) {
  const { vetoes = [] } = getUiOptions(uiSchema);
  const { data = {}, model = {} } = registry.formContext ?? {};
  const values = formData ?? {};
  const id = fieldPathId.$id;
  const set = (key, value) => onChange({ ...values, [key]: value }, fieldPathId.path, undefined, id);
  return (
    <ul className="qc-vetoes" id={id} aria-label={schema.title}>
      {vetoes.map((veto) => {
        const field = `${id}_${veto.key}`;
        const decided = veto.when ? decidedBy(veto.when, data, model.ui_schema) : null;
        const holds = readonly || !decided ? values[veto.key] === true : decided.holds;
        const wrong = errorSchema[veto.key]?.__errors ?? [];
        return (
          <li key={veto.key} className={holds ? 'qc-veto is-held' : 'qc-veto'} id={`${field}__item`}>
            <label className="form-check mb-0" htmlFor={field}>
              <input
                id={field}
                type="checkbox"
                className="form-check-input"
                disabled={disabled || readonly || Boolean(decided)}
                checked={holds}
                aria-describedby={decided ? `${field}__note` : undefined}
                onChange={(event) => set(veto.key, event.target.checked)}
              />
              <span className="form-check-label">
                （{veto.key}）{veto.label}
              </span>
            </label>
            {decided && !readonly && (
              <span className="qc-veto-note" id={`${field}__note`}>
                {decided.text}
              </span>
            )}
            {wrong.length > 0 && <div className="qc-field-error">{wrong.join('；')}</div>}
          </li>
        );
      })}
    </ul>
  );
}

/** What `when` comes to: `{field, above}` compares an answer, `{total_of, below}` the sum of a score sheet. */
function decidedBy({ field, above, total_of: sheetName, below, note }, data, uiSchema = {}) {
  const said = (holds) => ({ holds, text: `${note}：${holds ? '成立' : '不成立'}` });
  if (field)
    return typeof data[field] === 'number' ? said(data[field] > above) : { holds: false, text: note };
  const sum = total(getUiOptions(uiSchema[sheetName]).sheet ?? [], data[sheetName] ?? {});
  return sum.filled === sum.count
    ? said(sum.points < below)
    : { holds: false, text: `${note}，评分完成后显示` };
}
