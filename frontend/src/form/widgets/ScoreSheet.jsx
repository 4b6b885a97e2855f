/** The score sheet: points for each item within its maximum, sums as one types, and what they would come to. */
import { useState } from 'react';
import { getUiOptions } from '@rjsf/utils';
import { gradeOf, isGroup, leaves, maximum, total } from './score.js';

export function ScoreSheet({
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
  const {
    sheet = [],
    grades,
    above,
    vetoes,
    veto_grade: vetoGrade = '不予通过（有否决条目）',
  } = getUiOptions(uiSchema);
  const { data = {} } = registry.formContext ?? {};
  const values = formData ?? {};
  const sum = total(sheet, values);
  const most = sheet.reduce((all, item) => all + maximum(item), 0);
  const vetoed = Object.values(data[vetoes] ?? {}).includes(true);
  const grade = vetoed ? vetoGrade : sum.filled === sum.count ? gradeOf(sum.points, grades, above) : '';
  const set = (key, value) => {
    const next = { ...values };
    if (value === undefined) delete next[key];
    else next[key] = value;
    onChange(next, fieldPathId.path, undefined, fieldPathId.$id);
  };
  const shared = { id: fieldPathId.$id, schema, values, data, errors: errorSchema, readonly, disabled, set };

  return (
    <div className="qc-score" id={fieldPathId.$id}>
      <table className="table table-sm qc-score-table">
        <caption className="visually-hidden">{schema.title}</caption>
        <thead>
          <tr>
            <th scope="col">序号</th>
            <th scope="col">评分项</th>
            <th scope="col" className="text-end">
              满分
            </th>
            <th scope="col" className="text-end">
              得分
            </th>
          </tr>
        </thead>
        <tbody>
          {sheet.map((item) => (
            <Rows key={item.key} item={item} depth={0} {...shared} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th colSpan={2} scope="row">
              {readonly ? '总分' : '预计总分'}
              {!readonly && (
                <span className="qc-score-note">
                  {sum.filled < sum.count ? `还有 ${sum.count - sum.filled} 项未评，` : ''}以服务器计算为准
                </span>
              )}
            </th>
            <td className="text-end">{most}</td>
            <td className="text-end" aria-live="polite">
              <strong>{sum.points}</strong>
              {grade && <div className="qc-score-grade">{grade}</div>}
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Rows({ item, depth, ...shared }) {
  const { values } = shared;
  const number = item.item ?? item.key;
  if (!isGroup(item)) {
    return (
      <tr>
        <td className="qc-score-number">{number}</td>
        <td className={`qc-depth-${Math.min(depth, 3)}`}>
          <label htmlFor={`${shared.id}_${item.key}`}>{item.label}</label>
          {item.note && <div className="form-hint">{item.note}</div>}
        </td>
        <td className="text-end">{item.max}</td>
        <td className="text-end">
          <Points item={item} {...shared} />
        </td>
      </tr>
    );
  }
  const below = total([item], values);
  return (
    <>
      <tr className={`qc-score-group is-depth-${Math.min(depth, 3)}`}>
        <th scope="row" className="qc-score-number">
          {number}
        </th>
        <th scope="rowgroup" className={`qc-depth-${Math.min(depth, 3)}`}>
          {item.label}
          {item.note && <div className="form-hint">{item.note}</div>}
        </th>
        <td className="text-end">{maximum(item)}</td>
        <td className="text-end">
          {below.filled < below.count && (
            <span className="qc-score-left">
              {below.filled}/{leaves(item).length} 项
            </span>
          )}
          {below.points}
        </td>
      </tr>
      {item.children.map((child) => (
        <Rows key={child.key} item={child} depth={depth + 1} {...shared} />
      ))}
    </>
  );
}

/** What is wrong with points, said at once, before anything is sent. */
function beyond(value, max, step) {
  if (value === undefined) return [];
  if (typeof value !== 'number') return ['请填写数字'];
  if (value < 0) return ['不能小于 0'];
  if (value > max) return [`不能大于 ${max}`];
  return step && !Number.isInteger(value / step) ? [`应是 ${step} 的倍数`] : [];
}

function Points({ item, id, schema, values, data, errors, readonly, disabled, set }) {
  const [text, setText] = useState(null);
  const value = values[item.key];
  if (readonly || (item.full_if && data[item.full_if] === true)) return <span>{value ?? '—'}</span>;
  const said = (errors[item.key]?.__errors ?? []).map((text) =>
    text.startsWith('请填写“') ? '请评分' : text,
  );
  const messages = said.length ? said : beyond(value, item.max, schema.properties?.[item.key]?.multipleOf);
  const field = `${id}_${item.key}`;
  const take = (typed) => {
    setText(typed);
    const number = Number(typed.replace(/[,，\s]/g, ''));
    set(item.key, typed.trim() === '' ? undefined : Number.isFinite(number) ? number : typed);
  };
  return (
    <>
      <input
        id={field}
        className={`form-control form-control-sm qc-points${messages.length ? ' is-invalid' : ''}`}
        inputMode="decimal"
        autoComplete="off"
        disabled={disabled}
        aria-invalid={messages.length ? true : undefined}
        aria-describedby={messages.length ? `${field}__error` : undefined}
        value={text !== null && Number(text) === value ? text : (value ?? '')}
        onChange={(event) => take(event.target.value)}
        onKeyDown={(event) => {
          const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (!step) return;
          event.preventDefault();
          const all = [...event.target.closest('table').querySelectorAll('.qc-points')];
          all[all.indexOf(event.target) + step]?.focus();
        }}
      />
      {messages.length > 0 && (
        <div className="qc-field-error" id={`${field}__error`}>
          {messages.join('；')}
        </div>
      )}
    </>
  );
}
