/** The options of a choice: their words, their values, and what follows a decision. */
import { RowActs } from '../controls.jsx';
import * as edits from '../model/edits.js';
import { keysOf, put, spliced } from '../model/json.js';
import { DECISIONS, valuesOf } from '../model/kinds.js';
import { suggestName } from '../model/names.js';

export function Options({ form, field, edit }) {
  const { name, schema, kind } = field;
  const inItems = kind === 'many';
  const source = inItems ? schema.items : schema;
  const isDecision = kind === 'decision';
  const options = (valuesOf(source) ?? []).map((value) => ({
    value,
    title: source.oneOf?.find((one) => one.const === value)?.title ?? String(value),
  }));
  const follows = form.schema['x-consequences'] ?? {};

  function write(next, tag, consequences) {
    edit((now) => {
      const made = edits.changeField(now, name, (given) =>
        inItems ? put(given, 'items', edits.withOptions(given.items, next)) : edits.withOptions(given, next),
      );
      if (consequences === undefined) return made;
      return edits.setOfForm(made, 'x-consequences', keysOf(consequences).length ? consequences : undefined);
    }, tag);
  }
  const set = (index, change, tag) =>
    write(spliced(options, index, 1, { ...options[index], ...change }), tag);
  const setValue = (index, value) => {
    const { value: before } = options[index];
    const said =
      isDecision && follows[before] !== undefined
        ? put(put(follows, value, follows[before]), before, undefined)
        : undefined;
    write(spliced(options, index, 1, { ...options[index], value }), `value ${index}`, said);
  };
  const remove = (index) =>
    write(
      spliced(options, index, 1),
      '',
      isDecision ? put(follows, options[index].value, undefined) : undefined,
    );
  const move = (index, step) => write(spliced(spliced(options, index, 1), index + step, 0, options[index]));
  const taken = options.map((option) => String(option.value));
  function add() {
    const title = `选项${options.length + 1}`;
    const free = Object.keys(DECISIONS).find((value) => !taken.includes(value));
    const next =
      isDecision && free
        ? { value: free, title: DECISIONS[free] }
        : { value: suggestName(title, taken, new Map([[title, 'option']])), title };
    write([...options, next]);
  }
  const repeated = (value) => taken.filter((one) => one === String(value)).length > 1;

  return (
    <fieldset className="qc-fb-options">
      <legend>选项</legend>
      {options.map((option, index) => (
        <div key={index} className={isDecision ? 'qc-fb-option is-decision' : 'qc-fb-option'}>
          <input
            className="form-control"
            aria-label={`第 ${index + 1} 个选项的文字`}
            value={option.title}
            onChange={(event) => set(index, { title: event.target.value }, `option ${index}`)}
          />
          {isDecision && (option.value in DECISIONS || option.value === '') ? (
            <select
              className="form-select"
              aria-label={`第 ${index + 1} 个选项的取值`}
              value={option.value}
              onChange={(event) => setValue(index, event.target.value)}
            >
              {Object.entries(DECISIONS).map(([value, label]) => (
                <option key={value} value={value}>
                  {value}（{label}）
                </option>
              ))}
            </select>
          ) : (
            <input
              className={`form-control${repeated(option.value) ? ' is-invalid' : ''}`}
              aria-label={`第 ${index + 1} 个选项的取值`}
              spellCheck={false}
              value={option.value}
              onChange={(event) => setValue(index, event.target.value.trim())}
            />
          )}
          <RowActs
            name={`选项“${option.title}”`}
            index={index}
            count={options.length}
            onMove={(step) => move(index, step)}
            onRemove={() => remove(index)}
          />
          {isDecision && (
            <input
              className="form-control qc-fb-follows"
              aria-label={`选“${option.title}”之后怎样`}
              placeholder="选了之后怎样（写给办理人看）"
              value={follows[option.value] ?? ''}
              onChange={(event) =>
                write(
                  options,
                  `follows ${index}`,
                  put(follows, option.value, event.target.value || undefined),
                )
              }
            />
          )}
        </div>
      ))}
      {options.length === 0 && (
        <p className="qc-field-error" role="alert">
          选项是空的，请至少写一个选项
        </p>
      )}
      <button type="button" className="btn btn-sm" onClick={add}>
        添加选项
      </button>
      <p className="form-hint mb-0">
        {isDecision ? '取值是流程图上各条走向所认的值。' : '左边是显示的文字，右边是存下的取值。'}
      </p>
    </fieldset>
  );
}
