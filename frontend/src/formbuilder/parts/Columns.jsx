/** The columns of a table. */
import { useState } from 'react';
import { Num, RowActs } from '../controls.jsx';
import { withOptions } from '../model/edits.js';
import { entriesOf, put, spliced } from '../model/json.js';
import { kindNamed, valuesOf } from '../model/kinds.js';
import { nameProblem, suggestName } from '../model/names.js';

const LONG = 300;
const MAKES = {
  text: ['文字', { type: 'string', maxLength: 100 }],
  paragraph: ['长文字', { type: 'string', maxLength: 500 }],
  number: ['数字', { type: 'number' }],
  date: ['日期', { type: 'string', format: 'date' }],
  choice: ['选择', null],
  yesno: ['是或否', null],
};

function kindOfColumn(schema) {
  if (valuesOf(schema) && schema.type === 'string') return 'choice';
  if (schema.type === 'boolean') return schema.const === true ? 'kept' : 'yesno';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.format === 'date') return 'date';
  if (schema.type === 'string') return schema.maxLength >= LONG ? 'paragraph' : 'text';
  return 'kept';
}

/** @param {string} kind @param {any} before what stays: title and the like */
function turned(kind, before) {
  const made = MAKES[kind][1] ?? kindNamed(kind).make().schema;
  return {
    type: made.type,
    title: before.title,
    ...(before.description && { description: before.description }),
    ...made,
  };
}

export function Columns({ schema, order, onColumns }) {
  const [open, setOpen] = useState(null);
  const columns = entriesOf(schema.items.properties);
  const required = schema.items.required ?? [];
  const names = columns.map(([name]) => name);
  const write = (next, needed = required, keys) =>
    onColumns(next, needed, order && ordered(order, next, keys));
  const set = (index, change) =>
    write(spliced(columns, index, 1, [columns[index][0], change(columns[index][1])]));
  const rename = (index, to) => {
    const [from, column] = columns[index];
    const swap = (name) => (name === from ? to : name);
    write(spliced(columns, index, 1, [to, column]), required.map(swap), swap);
  };
  const move = (index, step) => write(spliced(spliced(columns, index, 1), index + step, 0, columns[index]));
  const remove = (index) =>
    write(
      spliced(columns, index, 1),
      required.filter((name) => name !== columns[index][0]),
    );
  const add = () => {
    const title = `第 ${columns.length + 1} 列`;
    setOpen(columns.length);
    write([
      ...columns,
      [suggestName(title, names, new Map([[title, 'column']])), { type: 'string', title, maxLength: 100 }],
    ]);
  };
  return (
    <fieldset className="qc-fb-options">
      <legend>列</legend>
      {columns.map(([name, column], index) => (
        <div key={index} className="qc-fb-column">
          <div className="qc-fb-column-head">
            <button
              type="button"
              className="qc-fb-link"
              aria-expanded={open === index}
              onClick={() => setOpen(open === index ? null : index)}
            >
              {column.title || name}
              {required.includes(name) && <span className="qc-required">（必填）</span>}
            </button>
            <RowActs
              name={`“${column.title || name}”列`}
              index={index}
              count={columns.length}
              onMove={(step) => {
                setOpen(null);
                move(index, step);
              }}
              onRemove={() => {
                setOpen(null);
                remove(index);
              }}
            />
          </div>
          {open === index && (
            <Column
              {...{ name, column, names }}
              required={required.includes(name)}
              onRename={(to) => rename(index, to)}
              onChange={(change) => set(index, change)}
              onRequired={(on) =>
                write(columns, on ? [...required, name] : required.filter((one) => one !== name))
              }
            />
          )}
        </div>
      ))}
      {columns.length === 0 && (
        <p className="qc-field-error" role="alert">
          表格还没有列
        </p>
      )}
      <button type="button" className="btn btn-sm" onClick={add}>
        添加列
      </button>
    </fieldset>
  );
}

/** The order that the layout says follows the columns. */
function ordered(order, columns, swap = (name) => name) {
  const names = columns.map(([name]) => name);
  const known = order.map((one) => (typeof one === 'string' ? swap(one) : { ...one, key: swap(one.key) }));
  return names.map((name) => known.find((one) => (one.key ?? one) === name) ?? name);
}

function Column({ name, column, names, required, onRename, onChange, onRequired }) {
  const [typed, setTyped] = useState(null);
  const kind = kindOfColumn(column);
  const problem =
    typed !== null
      ? nameProblem(
          typed,
          names.filter((one) => one !== name),
        )
      : '';
  const options = kind === 'choice' ? valuesOf(column).map((value) => titleOf(column, value)) : [];
  return (
    <div className="qc-fb-column-body">
      <label>
        列标题
        <input
          className="form-control"
          value={column.title ?? ''}
          onChange={(event) => onChange((given) => put(given, 'title', event.target.value))}
        />
      </label>
      <label>
        列名
        <input
          className={`form-control${problem ? ' is-invalid' : ''}`}
          spellCheck={false}
          value={typed ?? name}
          onChange={(event) => setTyped(event.target.value.trim())}
          onBlur={() => {
            if (typed !== null && !problem && typed !== name) onRename(typed);
            if (!problem) setTyped(null);
          }}
        />
      </label>
      {problem && (
        <p className="qc-field-error" role="alert">
          {problem.replace('这张表单已经有名为', '已经有名为').replace('的字段', '的列')}
        </p>
      )}
      <label>
        种类
        <select
          className="form-select"
          value={kind}
          onChange={(event) => onChange((given) => turned(event.target.value, given))}
        >
          {kind === 'kept' && <option value="kept">原样保留</option>}
          {Object.entries(MAKES).map(([id, [label]]) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {kind === 'number' && (
        <>
          <Num
            label="不小于"
            value={column.minimum}
            onValue={(value) => onChange((given) => put(given, 'minimum', value))}
          />
          <Num
            label="不大于"
            value={column.maximum}
            onValue={(value) => onChange((given) => put(given, 'maximum', value))}
          />
        </>
      )}
      {(kind === 'text' || kind === 'paragraph') && (
        <Num
          label="最多字数"
          whole
          value={column.maxLength}
          onValue={(value) => onChange((given) => put(given, 'maxLength', value))}
        />
      )}
      {kind === 'choice' && (
        <label className="is-wide">
          选项（一行一个）
          <textarea
            className="form-control"
            rows={3}
            value={options.join('\n')}
            onChange={(event) => onChange((given) => withLines(given, event.target.value))}
          />
        </label>
      )}
      <label className="form-check is-wide mb-0">
        <input
          type="checkbox"
          className="form-check-input"
          checked={required}
          onChange={(event) => onRequired(event.target.checked)}
        />
        <span className="form-check-label">必填</span>
      </label>
    </div>
  );
}

const titleOf = (schema, value) => schema.oneOf?.find((one) => one.const === value)?.title ?? String(value);

/** An option keeps its value while only its words change in place; a new one is stored by its words. */
function withLines(schema, text) {
  const values = valuesOf(schema);
  const lines = text.split('\n');
  const inPlace = lines.length === values.length;
  return withOptions(
    schema,
    lines.map((title, index) => {
      const known = values.find((value) => titleOf(schema, value) === title);
      return { value: known ?? (inPlace ? values[index] : title), title };
    }),
  );
}
