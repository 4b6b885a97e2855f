/** What can be said about a field of each kind. */
import { Choice, Num, Row, Text, Tick } from '../controls.jsx';
import * as edits from '../model/edits.js';
import { objectOf, put, same } from '../model/json.js';
import { PATTERNS, widgetOf } from '../model/kinds.js';
import { Columns } from './Columns.jsx';
import { Formula } from './Formula.jsx';
import { Options } from './Options.jsx';
import { ScoreSheet } from './ScoreSheet.jsx';

const STEPS = [
  { value: undefined, label: '不限' },
  { value: 1, label: '整数' },
  { value: 0.1, label: '一位小数' },
  { value: 0.01, label: '两位小数' },
  { value: 0.001, label: '三位小数' },
];

/** @param {{form: any, fields: any[], field: any, edit: Function, set: Function, change: Function, choose: Function}} props */
export function Settings(props) {
  const Found = SETTINGS[props.field.kind];
  return Found ? <Found {...props} /> : null;
}

function TextSettings({ field, set, edit }) {
  const { name, schema, kind } = field;
  const patterns = [
    { value: undefined, label: '不限' },
    ...Object.keys(PATTERNS).map((label) => ({ value: label, label })),
  ];
  const known = Object.keys(PATTERNS).find((label) => PATTERNS[label].pattern === schema.pattern);
  if (schema.pattern && !known)
    patterns.push({
      value: schema.pattern,
      label: `保留原来的格式：${schema['x-pattern-message'] ?? schema.pattern}`,
    });
  return (
    <>
      <div className="qc-fb-pair">
        <Num label="最少字数" whole value={schema.minLength} onValue={(value) => set('minLength', value)} />
        <Num label="最多字数" whole value={schema.maxLength} onValue={(value) => set('maxLength', value)} />
      </div>
      {kind === 'text' && (
        <Choice
          label="格式"
          value={known ?? schema.pattern}
          options={patterns}
          onValue={(label) =>
            edit((now) =>
              edits.changeField(now, name, (given) => {
                const { pattern, 'x-pattern-message': message } = PATTERNS[label] ?? {};
                return put(put(given, 'pattern', pattern), 'x-pattern-message', message);
              }),
            )
          }
        />
      )}
    </>
  );
}

function NumberSettings({ field, set, edit }) {
  const { name, schema, ui, kind } = field;
  const unit = ui['ui:options']?.unit ?? ui['ui:unit'];
  return (
    <>
      <div className="qc-fb-pair">
        <Num label="不小于" value={schema.minimum} onValue={(value) => set('minimum', value)} />
        <Num label="不大于" value={schema.maximum} onValue={(value) => set('maximum', value)} />
      </div>
      {(schema.exclusiveMinimum !== undefined || schema.exclusiveMaximum !== undefined) && (
        <div className="qc-fb-pair">
          <Num
            label="大于"
            value={schema.exclusiveMinimum}
            onValue={(value) => set('exclusiveMinimum', value)}
          />
          <Num
            label="小于"
            value={schema.exclusiveMaximum}
            onValue={(value) => set('exclusiveMaximum', value)}
          />
        </div>
      )}
      <div className="qc-fb-pair">
        <Text
          label="单位"
          value={unit}
          most={20}
          hint={kind === 'money' ? '如 元、万元' : '如 吨、千瓦时、%'}
          onValue={(text) => edit((now) => edits.setOption(now, name, 'unit', text || undefined), 'unit')}
        />
        <Choice
          label="小数"
          value={schema.type === 'integer' ? 1 : schema.multipleOf}
          options={STEPS}
          onValue={(step) =>
            edit((now) =>
              edits.changeField(now, name, (given) =>
                put(
                  put(given, 'type', step === 1 ? 'integer' : 'number'),
                  'multipleOf',
                  step === 1 ? undefined : step,
                ),
              ),
            )
          }
        />
      </div>
    </>
  );
}

function FileSettings({ field, set, edit }) {
  const { name, schema, ui } = field;
  const options = { ...ui, ...ui['ui:options'] };
  return (
    <>
      <div className="qc-fb-pair">
        <Num label="至少几个文件" whole value={schema.minItems} onValue={(value) => set('minItems', value)} />
        <Num label="最多几个文件" whole value={schema.maxItems} onValue={(value) => set('maxItems', value)} />
      </div>
      <div className="qc-fb-pair">
        <Text
          label="允许的类型"
          value={options.accept}
          hint="如 .pdf,.docx；空着不限"
          onValue={(text) => edit((now) => edits.setOption(now, name, 'accept', text || undefined), 'accept')}
        />
        <Num
          label="每个最大（MB）"
          whole
          value={options.max_mb}
          onValue={(value) => edit((now) => edits.setOption(now, name, 'max_mb', value), 'max_mb')}
        />
      </div>
    </>
  );
}

function LinesSettings({ field, set }) {
  return (
    <div className="qc-fb-pair">
      <Num label="至少几项" whole value={field.schema.minItems} onValue={(value) => set('minItems', value)} />
      <Num label="最多几项" whole value={field.schema.maxItems} onValue={(value) => set('maxItems', value)} />
    </div>
  );
}

const SHOWN_AS = [
  { value: undefined, label: '自动（三项以内为单选钮）' },
  { value: 'radio', label: '单选钮' },
  { value: 'select', label: '下拉列表' },
];

function ChoiceSettings(props) {
  const { field, edit } = props;
  return (
    <>
      <Options {...props} />
      {field.kind === 'choice' && (
        <Choice
          label="显示为"
          value={widgetOf(field.ui)}
          options={SHOWN_AS}
          onValue={(widget) => edit((now) => edits.setInUi(now, field.name, 'ui:widget', widget))}
        />
      )}
    </>
  );
}

function ManySettings(props) {
  const { field, set } = props;
  return (
    <>
      <Options {...props} />
      <div className="qc-fb-pair">
        <Num
          label="至少选几项"
          whole
          value={field.schema.minItems}
          onValue={(value) => set('minItems', value)}
        />
        <Num
          label="最多选几项"
          whole
          value={field.schema.maxItems}
          onValue={(value) => set('maxItems', value)}
        />
      </div>
    </>
  );
}

function YesNoSettings({ field, edit }) {
  const worded = field.schema.oneOf ?? [];
  const word = (value) => worded.find((one) => one.const === value)?.title ?? (value ? '是' : '否');
  const setWord = (value) => (text) =>
    edit(
      (now) =>
        edits.changeField(now, field.name, (schema) =>
          edits.withOptions(
            schema,
            [true, false].map((one) => ({ value: one, title: one === value ? text : word(one) })),
          ),
        ),
      `word ${value}`,
    );
  return (
    <div className="qc-fb-pair">
      <Text label="“是”写作" value={word(true)} most={40} onValue={setWord(true)} />
      <Text label="“否”写作" value={word(false)} most={40} onValue={setWord(false)} />
    </div>
  );
}

function DateSettings({ field, edit }) {
  const options = { ...field.ui, ...field.ui['ui:options'] };
  const bound = (key, label) => (
    <Row label={label}>
      {(id) => (
        <input
          id={id}
          type="date"
          className="form-control"
          value={options[key] ?? ''}
          onChange={(event) =>
            edit((now) => edits.setOption(now, field.name, key, event.target.value || undefined), key)
          }
        />
      )}
    </Row>
  );
  return (
    <div className="qc-fb-pair">
      {bound('min', '不早于')}
      {bound('max', '不晚于')}
    </div>
  );
}

const LEVELS = [
  { value: undefined, label: '县（市、区）' },
  { value: 'any', label: '省、市、县任意一级' },
];

function RegionSettings({ field, edit }) {
  return (
    <Choice
      label="选到"
      value={field.ui['ui:options']?.level}
      options={LEVELS}
      onValue={(level) => edit((now) => edits.setOption(now, field.name, 'level', level))}
    />
  );
}

function TableSettings({ field, set, edit }) {
  const { name, schema, ui } = field;
  return (
    <>
      <Columns
        schema={schema}
        order={ui['ui:options']?.columns}
        onColumns={(columns, required, order) =>
          edit((now) => {
            const made = edits.changeField(now, name, (given) => {
              const items = put(given.items, 'properties', objectOf(columns));
              const needed = same(required, given.items.required ?? []) ? given.items.required : required;
              return put(given, 'items', put(items, 'required', needed, 'properties'));
            });
            return order ? edits.setOption(made, name, 'columns', order) : made;
          }, 'columns')
        }
      />
      <div className="qc-fb-pair">
        <Num label="至少几行" whole value={schema.minItems} onValue={(value) => set('minItems', value)} />
        <Num label="最多几行" whole value={schema.maxItems} onValue={(value) => set('maxItems', value)} />
      </div>
      <Tick
        label="可以增减行"
        value={ui['ui:options']?.addable !== false}
        onValue={(on) => edit((now) => edits.setOption(now, name, 'addable', on ? undefined : false))}
      />
    </>
  );
}

const SETTINGS = {
  text: TextSettings,
  paragraph: TextSettings,
  opinion: TextSettings,
  number: NumberSettings,
  money: NumberSettings,
  files: FileSettings,
  lines: LinesSettings,
  choice: ChoiceSettings,
  decision: ChoiceSettings,
  many: ManySettings,
  yesno: YesNoSettings,
  date: DateSettings,
  region: RegionSettings,
  table: TableSettings,
  people: TableSettings,
  computed: Formula,
  score: ScoreSheet,
  veto: ({ form, choose }) => (
    <p className="qc-fb-note">
      否决条目随打分表一起设置。{' '}
      <button
        type="button"
        className="qc-fb-link"
        onClick={() => choose(form.schema['x-scoring']?.scores ?? '')}
      >
        到打分表
      </button>
    </p>
  ),
};
