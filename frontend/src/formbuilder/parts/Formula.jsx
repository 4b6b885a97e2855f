/** How a computed field is reckoned: one operation over fields that are picked. */
import { Choice, Num } from '../controls.jsx';
import * as edits from '../model/edits.js';
import { spliced } from '../model/json.js';

const OPERATIONS = [
  { value: 'sum', label: '相加（没填的不计）' },
  { value: 'difference', label: '第一项减去其余' },
  { value: 'product', label: '相乘' },
  { value: 'quotient', label: '第一项除以其余' },
  { value: 'percent', label: '第一项占第二项的百分之几' },
];
const NUMBERS = new Set(['number', 'money', 'computed']);

export function Formula({ fields, field, edit }) {
  const { name, formula } = field;
  const given = formula.of ?? [];
  const write = (change) => edit((now) => edits.setFormula(now, name, { ...formula, ...change }));
  const options = fields.flatMap((one) => {
    if (NUMBERS.has(one.kind) && one.name !== name)
      return [{ value: one.name, label: one.schema.title ?? one.name }];
    const columns = Object.entries(one.schema.items?.properties ?? {}).filter(([, column]) =>
      ['number', 'integer'].includes(column.type),
    );
    return columns.map(([key, column]) => ({
      value: `${one.name}.${key}`,
      label: `${one.schema.title ?? one.name}：${column.title ?? key}（各行合计）`,
    }));
  });
  return (
    <>
      <Choice label="怎样计算" value={formula.op} options={OPERATIONS} onValue={(op) => write({ op })} />
      <fieldset className="qc-fb-options">
        <legend>用哪些字段</legend>
        {given.map((one, index) => (
          <div key={index} className="qc-fb-option is-plain">
            <select
              className="form-select"
              aria-label={`第 ${index + 1} 项`}
              value={one}
              onChange={(event) => write({ of: spliced(given, index, 1, event.target.value) })}
            >
              {!options.some((option) => option.value === one) && <option value={one}>{String(one)}</option>}
              {options.map((option) => (
                <option key={option.value} value={option.value}>
                  {option.label}
                </option>
              ))}
            </select>
            <button
              type="button"
              className="btn btn-sm btn-icon"
              aria-label={`去掉第 ${index + 1} 项`}
              onClick={() => write({ of: spliced(given, index, 1) })}
            >
              ✕
            </button>
          </div>
        ))}
        <button
          type="button"
          className="btn btn-sm"
          disabled={!options.length}
          onClick={() =>
            write({
              of: [...given, (options.find((option) => !given.includes(option.value)) ?? options[0]).value],
            })
          }
        >
          添加一项
        </button>
        {!options.length && <p className="form-hint mb-0">表单里还没有数字、金额字段或有数字列的表格。</p>}
      </fieldset>
      <Num
        label="保留几位小数"
        whole
        value={formula.digits ?? 2}
        onValue={(digits) => digits !== undefined && digits <= 6 && write({ digits })}
      />
      <p className="form-hint">结果由系统算出，填写的人不能改。</p>
    </>
  );
}
