/** A list of records as a table: keyboard, paste from Excel, errors in the row. Usable with some hundreds of rows. */
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { getUiOptions } from '@rjsf/utils';
import { follow } from '../schema-walk.js';
import { Icon } from '../theme/templates.jsx';
import { choicesOf, fromText, isTick, manyOf, parseTable, pasteBlock, toText } from './grid-text.js';

const MOST_ROWS = 1000;
const LONG = 300;

/** Room that a column needs when nobody says so. */
function widthOf(schema) {
  if (isTick(schema)) return '4rem';
  if (manyOf(schema)) return '13rem';
  if (schema.format === 'date') return '7.5rem';
  if (choicesOf(schema)) return '6.5rem';
  if (schema.type === 'number' || schema.type === 'integer') return '6.5rem';
  if (schema.maxLength >= LONG) return '9rem';
  return schema.maxLength <= 50 ? '6rem' : '7.5rem';
}

function columnsOf(schema, options) {
  const properties = schema.items?.properties ?? {};
  const order = options.columns?.map((column) => column.key ?? column) ?? Object.keys(properties);
  const required = new Set(schema.items?.required ?? []);
  return order
    .filter((key) => properties[key])
    .map((key) => {
      const wish = options.columns?.find?.((column) => column.key === key) ?? {};
      return {
        key,
        title: wish.title ?? properties[key].title ?? key,
        width: wish.width ?? widthOf(properties[key]),
        schema: properties[key],
        required: required.has(key),
      };
    });
}

export function GridField({
  schema,
  uiSchema,
  formData,
  fieldPathId,
  errorSchema = {},
  onChange,
  readonly,
  disabled,
  registry,
}) {
  const options = getUiOptions(uiSchema);
  const listSchema = useMemo(
    () => ({ ...schema, items: follow(registry.rootSchema, schema['x-items'] ?? schema.items ?? {}) }),
    [schema, registry.rootSchema],
  );
  const columns = useMemo(() => columnsOf(listSchema, options), [listSchema, options.columns]);
  const rows = Array.isArray(formData) ? formData : [];
  const limit = schema.maxItems ?? MOST_ROWS;
  const fixed = options.addable === false || options.fixed === true;
  const latest = useRef(rows);
  const table = useRef(null);
  const pendingFocus = useRef(null);
  const [notice, setNotice] = useState('');
  useEffect(() => {
    latest.current = rows;
    if (!pendingFocus.current) return;
    const [row, column] = pendingFocus.current;
    pendingFocus.current = null;
    focusCell(table.current, row, column);
  });

  const set = useCallback(
    (next) => {
      latest.current = next;
      onChange(next, fieldPathId.path, undefined, fieldPathId.$id);
    },
    [onChange, fieldPathId],
  );
  const setCell = useCallback(
    (row, key, value) => {
      const next = [...latest.current];
      const record = { ...next[row] };
      if (value === undefined) delete record[key];
      else record[key] = value;
      next[row] = record;
      set(next);
    },
    [set],
  );
  const add = useCallback(() => {
    if (latest.current.length >= limit) {
      setNotice(`最多 ${limit} 行。`);
      return;
    }
    pendingFocus.current = [latest.current.length, 0];
    const given = columns.filter(({ schema: { default: value } }) => value !== undefined);
    set([
      ...latest.current,
      Object.fromEntries(given.map(({ key, schema: { default: value } }) => [key, value])),
    ]);
  }, [columns, limit, set]);
  const remove = useCallback(
    (row) => {
      const left = latest.current.length - 1;
      if (left > 0) pendingFocus.current = [Math.min(row, left - 1), 0];
      set(latest.current.filter((_record, i) => i !== row));
    },
    [set],
  );
  const paste = useCallback(
    (row, column, text) => {
      const block = parseTable(text);
      const most = fixed ? latest.current.length : limit;
      const result = pasteBlock({ rows: latest.current, columns, block, row, column, limit: most });
      set(result.rows);
      const taken = block.length - result.dropped;
      setNotice(
        result.dropped
          ? `已粘贴 ${taken} 行，另有 ${result.dropped} 行超出上限 ${most} 行，没有粘贴。`
          : `已粘贴 ${taken} 行。`,
      );
    },
    [columns, fixed, limit, set],
  );
  const move = useCallback(
    (row, column, step) => {
      if (focusCell(table.current, row + step, column)) return;
      if (step > 0 && row === latest.current.length - 1 && !fixed) add();
    },
    [add, fixed],
  );

  return (
    <div className="qc-grid" id={fieldPathId.$id}>
      <div className="qc-grid-scroll" tabIndex={readonly ? 0 : -1} role="group" aria-label={schema.title}>
        <table className="table table-sm" ref={table}>
          <thead>
            <tr>
              <th scope="col" className="qc-grid-number">
                序号
              </th>
              {columns.map((column) => (
                <th key={column.key} scope="col" style={{ minWidth: column.width }}>
                  {column.title}
                  {column.required && !readonly && (
                    <span className="qc-required" title="必填">
                      *
                    </span>
                  )}
                </th>
              ))}
              {!readonly && !fixed && (
                <th scope="col">
                  <span className="visually-hidden">操作</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((record, row) => (
              <Row
                key={row}
                row={row}
                record={record}
                columns={columns}
                idPrefix={`${fieldPathId.$id}_${row}`}
                errors={errorSchema[row]}
                readonly={readonly}
                disabled={disabled}
                fixed={fixed}
                onCell={setCell}
                onPaste={paste}
                onMove={move}
                onRemove={remove}
              />
            ))}
            {rows.length === 0 && (
              <tr>
                <td colSpan={columns.length + 2} className="qc-grid-empty">
                  {readonly ? '没有内容' : '还没有内容。可以逐行添加，也可以从 Excel 复制后粘贴到第一格。'}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <div className="qc-grid-foot">
        {!readonly && !fixed && (
          <button
            type="button"
            className="btn btn-sm"
            disabled={disabled || rows.length >= limit}
            onClick={add}
          >
            <Icon name="plus" /> 添加一行
          </button>
        )}
        {rows.length > 0 && <span>共 {rows.length} 行</span>}
        {rows.length > 0 && !readonly && <span>可从 Excel 复制后直接粘贴；回车到下一行</span>}
        <span role="status">{notice}</span>
      </div>
    </div>
  );
}

/** @returns {boolean} whether there is such a cell */
function focusCell(table, row, column) {
  const cell = table?.tBodies[0]?.rows[row]?.querySelectorAll('[data-cell]')[column];
  cell?.focus();
  cell?.select?.();
  return Boolean(cell);
}

/** RJSF may leave empty branches behind in the tree of errors. */
function hasErrors(node) {
  if (Array.isArray(node)) return node.length > 0;
  return Boolean(node) && typeof node === 'object' && Object.values(node).some(hasErrors);
}

const Row = memo(function Row(props) {
  const {
    row,
    record,
    columns,
    idPrefix,
    errors,
    readonly,
    disabled,
    fixed,
    onCell,
    onPaste,
    onMove,
    onRemove,
  } = props;
  const own = errors?.__errors ?? [];
  return (
    <tr className={hasErrors(errors) ? 'has-error' : undefined}>
      <th scope="row" className="qc-grid-number" id={idPrefix}>
        {row + 1}
        {own.map((text) => (
          <div key={text} className="qc-field-error">
            {text}
          </div>
        ))}
      </th>
      {columns.map((column, index) => {
        const value = record?.[column.key];
        const wrong = errors?.[column.key]?.__errors ?? [];
        const id = `${idPrefix}_${column.key}`;
        const common = {
          id,
          'data-cell': true,
          disabled,
          'aria-label': `第 ${row + 1} 行 ${column.title}`,
          'aria-invalid': wrong.length ? true : undefined,
          'aria-describedby': wrong.length ? `${id}__error` : undefined,
        };
        return (
          <td key={column.key} className={wrong.length ? 'has-error' : undefined}>
            {readonly || column.schema.readOnly ? (
              <span className="qc-grid-text">{toText(column.schema, value)}</span>
            ) : (
              <Cell
                common={common}
                schema={column.schema}
                value={value}
                onValue={(next) => onCell(row, column.key, next)}
                onPaste={(text) => onPaste(row, index, text)}
                onMove={(step) => onMove(row, index, step)}
              />
            )}
            {wrong.length > 0 && (
              <div className="qc-field-error" id={`${id}__error`}>
                {wrong.join('；')}
              </div>
            )}
          </td>
        );
      })}
      {!readonly && !fixed && (
        <td className="qc-grid-remove">
          <button
            type="button"
            className="btn btn-sm btn-icon btn-ghost-secondary"
            disabled={disabled}
            aria-label={`删除第 ${row + 1} 行`}
            title="删除此行"
            onClick={() => onRemove(row)}
          >
            <Icon name="trash" />
          </button>
        </td>
      )}
    </tr>
  );
});

/** Keeps what is typed to itself and hands it on after a pause or when left, so that a long table stays quick. */
function Cell({ common, schema, value, onValue, onPaste, onMove }) {
  const many = manyOf(schema);
  const choices = choicesOf(schema);
  const [text, setText] = useState(null);
  const timer = useRef(null);
  const typed = useRef(null);

  function commit() {
    clearTimeout(timer.current);
    if (typed.current === null) return;
    const next = fromText(schema, typed.current);
    typed.current = null;
    setText(null);
    if (next !== value) onValue(next);
  }
  function type(event) {
    typed.current = event.target.value;
    setText(typed.current);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const next = fromText(schema, typed.current);
      if (next !== value) onValue(next);
    }, 400);
  }
  function pasted(event) {
    const clip = event.clipboardData.getData('text/plain');
    if (!/[\t\n]/.test(clip.replace(/\r?\n$/, ''))) return;
    event.preventDefault();
    clearTimeout(timer.current);
    typed.current = null;
    setText(null);
    onPaste(clip);
  }
  function key(event) {
    if (event.nativeEvent.isComposing) return;
    const vertical = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (!vertical || (choices && event.key !== 'Enter')) return;
    event.preventDefault();
    commit();
    onMove(vertical);
  }

  if (isTick(schema)) {
    return (
      <label className="qc-cell-tick">
        <input
          {...common}
          type="checkbox"
          className="form-check-input"
          checked={value === true}
          onKeyDown={key}
          onChange={(event) => onValue(event.target.checked ? true : undefined)}
        />
      </label>
    );
  }
  if (many) {
    const chosen = Array.isArray(value) ? value : [];
    const { id, disabled, 'aria-label': name, ...described } = common;
    const take = (one, on) => {
      const next = many.map((choice) => choice.value).filter((v) => (v === one ? on : chosen.includes(v)));
      onValue(next.length ? next : undefined);
    };
    return (
      <div {...described} id={id} className="qc-cell-many" role="group" aria-label={name} tabIndex={-1}>
        {many.map((choice) => (
          <label key={String(choice.value)}>
            <input
              type="checkbox"
              className="form-check-input"
              disabled={disabled}
              checked={chosen.includes(choice.value)}
              onChange={(event) => take(choice.value, event.target.checked)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    );
  }
  if (choices) {
    const index = choices.findIndex((choice) => choice.value === value);
    const stray = index < 0 && value !== undefined;
    return (
      <select
        {...common}
        className="qc-cell"
        value={index < 0 ? '' : String(index)}
        onKeyDown={key}
        onPaste={pasted}
        onChange={(event) =>
          onValue(event.target.value === '' ? undefined : choices[event.target.value].value)
        }
      >
        <option value="">{stray ? `？${value}` : ''}</option>
        {choices.map((choice, i) => (
          <option key={String(choice.value)} value={i}>
            {choice.label}
          </option>
        ))}
      </select>
    );
  }
  const number = schema.type === 'number' || schema.type === 'integer';
  const shown = text ?? toText(schema, value);
  if (schema.maxLength >= LONG) {
    return (
      <textarea
        {...common}
        className="qc-cell"
        rows={Math.min(8, Math.max(1, Math.ceil([...shown].length / 15)))}
        value={shown}
        onChange={type}
        onBlur={commit}
        onKeyDown={key}
        onPaste={pasted}
      />
    );
  }
  return (
    <input
      {...common}
      className={number ? 'qc-cell is-number' : 'qc-cell'}
      type="text"
      placeholder={schema.format === 'date' ? '2027-02-08' : undefined}
      inputMode={number ? 'decimal' : undefined}
      autoComplete="off"
      value={shown}
      onChange={type}
      onBlur={commit}
      onKeyDown={key}
      onPaste={pasted}
    />
  );
}
