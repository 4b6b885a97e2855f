/** The scoring sheet: groups and items with their points, vetoes, grades and the figure that they need. */
import { Num, Part, RowActs, Text, Tick } from '../controls.jsx';
import { maximum } from '../../form/widgets/score.js';
import { put, spliced } from '../model/json.js';
import * as scoring from '../model/scoring.js';

export function ScoreSheet({ form, field, edit }) {
  const sheet = field.ui['ui:options']?.sheet ?? field.ui['ui:sheet'] ?? [];
  const write = (next, tag) => edit((now) => scoring.setSheet(now, field.name, next), tag);
  const most = sheet.reduce((all, item) => all + maximum(item), 0);
  const number = (list) => String(list.length + 1);
  const addGroup = () =>
    write([...sheet, { item: number(sheet), label: '新的部分', children: [newItem(sheet, '1')] }]);
  return (
    <>
      <Part title="评分项目" note={`（满分 ${most} 分）`}>
        <Items items={sheet} sheet={sheet} path={[]} write={write} />
        <button type="button" className="btn btn-sm" onClick={addGroup}>
          添加一部分
        </button>{' '}
        <button
          type="button"
          className="btn btn-sm"
          onClick={() => write([...sheet, newItem(sheet, number(sheet))])}
        >
          添加评分项
        </button>
      </Part>
      {form.schema['x-scoring'] && <Vetoes form={form} edit={edit} />}
      {form.schema['x-scoring'] && <Grades form={form} edit={edit} most={most} />}
    </>
  );
}

const newItem = (sheet, item) => ({ key: scoring.freeKey(sheet), item, label: '评分项', max: 5 });

function Items({ items, sheet, path, write }) {
  return items.map((item, index) => {
    const here = [...path, index];
    const change = (make, tag) => write(scoring.changeItem(sheet, here, make), tag);
    const set = (key, value) => change((now) => [put(now, key, value)], `item ${here} ${key}`);
    const list = (make) =>
      path.length
        ? scoring.changeItem(sheet, path, (group) => [{ ...group, children: make(group.children) }])
        : make(sheet);
    const isGroup = Array.isArray(item.children);
    return (
      <div key={item.key ?? `g${index}`} className={isGroup ? 'qc-fb-score is-group' : 'qc-fb-score'}>
        <div className="qc-fb-score-row">
          <input
            className="form-control qc-fb-number"
            aria-label="序号"
            value={item.item ?? ''}
            onChange={(event) => set('item', event.target.value || undefined)}
          />
          <input
            className="form-control"
            aria-label={isGroup ? '部分的名称' : '评分项'}
            value={item.label ?? ''}
            onChange={(event) => set('label', event.target.value)}
          />
          {!isGroup && (
            <input
              className="form-control qc-fb-number"
              aria-label={`“${item.label}”的满分`}
              type="number"
              min="0"
              step="any"
              value={item.max ?? ''}
              onChange={(event) => event.target.value !== '' && set('max', Number(event.target.value))}
            />
          )}
          <RowActs
            name={`“${item.label}”`}
            index={index}
            count={items.length}
            onMove={(step) =>
              write(list((all) => spliced(spliced(all, index, 1), index + step, 0, all[index])))
            }
            onRemove={() => write(list((all) => spliced(all, index, 1)))}
          />
        </div>
        {!isGroup && (
          <input
            className="form-control qc-fb-item-note"
            aria-label={`“${item.label}”的评分要点`}
            placeholder="评分要点（可不填）"
            value={item.note ?? ''}
            onChange={(event) => set('note', event.target.value || undefined)}
          />
        )}
        {isGroup && (
          <>
            <Items items={item.children} sheet={sheet} path={here} write={write} />
            <button
              type="button"
              className="btn btn-sm"
              onClick={() =>
                change((now) => [
                  {
                    ...now,
                    children: [...now.children, newItem(sheet, String(now.children.length + 1))],
                  },
                ])
              }
            >
              在“{item.label}”添加评分项
            </button>
          </>
        )}
      </div>
    );
  });
}

function Vetoes({ form, edit }) {
  const name = form.schema['x-scoring'].vetoes;
  const vetoes = form.ui[name]?.['ui:options']?.vetoes ?? [];
  const write = (next, tag) => edit((now) => scoring.setVetoes(now, next), tag);
  const free = () => {
    let number = 1;
    while (vetoes.some((veto) => veto.key === String(number))) number += 1;
    return String(number);
  };
  return (
    <Part
      title="否决条目"
      note={vetoes.length ? '（有一项成立即不予通过）' : '：没有'}
      open={vetoes.length > 0}
    >
      {vetoes.map((veto, index) => (
        <div key={veto.key} className="qc-fb-option is-plain">
          <input
            className="form-control"
            aria-label={`第 ${index + 1} 条否决条目`}
            value={veto.label}
            onChange={(event) =>
              write(spliced(vetoes, index, 1, { ...veto, label: event.target.value }), `veto ${index}`)
            }
          />
          <RowActs
            name={`“${veto.label}”`}
            index={index}
            count={vetoes.length}
            onMove={(step) => write(spliced(spliced(vetoes, index, 1), index + step, 0, veto))}
            onRemove={() => write(spliced(vetoes, index, 1))}
          />
          {veto.when && <p className="form-hint mb-0">{veto.when.note}（原样保留）</p>}
        </div>
      ))}
      <button
        type="button"
        className="btn btn-sm"
        onClick={() => write([...vetoes, { key: free(), label: '否决条目' }])}
      >
        添加否决条目
      </button>
    </Part>
  );
}

const VALUES = ['excellent', 'good', 'qualified', 'pass'];

function Grades({ form, edit, most }) {
  const { grades, above, failed } = scoring.gradesOf(form);
  const write = (next, tag, rule = { above, failed }) =>
    edit((now) => scoring.setGrades(now, next, rule), tag);
  const set = (index, change, tag) => write(spliced(grades, index, 1, { ...grades[index], ...change }), tag);
  const add = () => {
    const value =
      VALUES.filter((one) => !grades.some((grade) => grade.value === one)).at(-1) ??
      `grade_${grades.length + 1}`;
    const least = grades.length ? Math.max(0, grades.at(-1).least - 10) : Math.round(most * 0.6);
    write([...grades, { value, least, label: grades.length ? '等次' : '合格' }]);
  };
  const falling = grades.every((grade, index) => index === 0 || grade.least < grades[index - 1].least);
  return (
    <Part title="等次" note={grades.length ? '（从高到低）' : '：只算总分'} open={grades.length > 0}>
      {grades.map((grade, index) => (
        <div key={index} className="qc-fb-grade">
          <Text
            label="等次"
            value={grade.label}
            most={20}
            onValue={(label) => set(index, { label }, `grade ${index}`)}
          />
          <Text
            label="取值"
            value={grade.value}
            most={40}
            onValue={(value) => set(index, { value: value.trim() }, `value ${index}`)}
          />
          <Num
            label={above ? '超过（分）' : '达到（分）'}
            value={grade.least}
            onValue={(least) => least !== undefined && set(index, { least }, `least ${index}`)}
          />
          <button
            type="button"
            className="btn btn-sm btn-icon"
            aria-label={`删除等次“${grade.label}”`}
            onClick={() => write(spliced(grades, index, 1))}
          >
            ✕
          </button>
        </div>
      ))}
      {!falling && (
        <p className="qc-field-error" role="alert">
          各等次的分数应从高到低排列，不能相同
        </p>
      )}
      <button type="button" className="btn btn-sm" onClick={add}>
        添加等次
      </button>
      {grades.length > 0 && (
        <>
          <Tick
            label="要超过这个分数才算（不含本数）"
            value={above}
            hint={`“${grades.at(-1).least} 分以上”含本数，不勾；“超过 ${grades.at(-1).least} 分”不含本数，要勾。`}
            onValue={(on) => write(grades, '', { above: on, failed })}
          />
          <Text
            label="都不到时"
            value={failed}
            most={20}
            onValue={(text) => write(grades, 'failed', { above, failed: text })}
          />
        </>
      )}
    </Part>
  );
}
