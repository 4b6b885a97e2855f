/** A new field: what it is called, then what it is. */
import { useState } from 'react';
import { Problems } from './controls.jsx';
import { addField } from './model/edits.js';
import { sectionsOf } from './model/form.js';
import { KINDS } from './model/kinds.js';
import { suggestName } from './model/names.js';
import { addScoreSheet } from './model/scoring.js';

const GROUPS = ['文字', '数字和日期', '选择', '单位和人', '特别'];
const ONCE = { decision: '一张表单只有一个办理决定', score: '一张表单只有一张打分表' };

export function AddField({ form, fields, section, choose, change, known, problems }) {
  const [title, setTitle] = useState('');
  const taken = fields.map((field) => field.name);
  function add(kind) {
    if (kind.id === 'score') {
      change(addScoreSheet(form, section));
      choose('scores');
      return;
    }
    const given = title.trim() || kind.label.replace(/（.*）/, '');
    const name = kind.id === 'decision' ? 'decision' : suggestName(given, taken, known);
    change(addField(form, { kind: kind.id, name, title: given, section }));
    choose(name);
  }
  const unavailable = (kind) =>
    ONCE[kind.id] &&
    (taken.includes(kind.id) ||
      (kind.id === 'score' && (form.schema['x-scoring'] || taken.includes('scores'))));
  return (
    <>
      <h2>添加字段</h2>
      <p className="text-secondary">加到“{sectionsOf(form)[section]?.title}”的末尾。</p>
      <Problems list={problems} />
      <label className="form-label" htmlFor="fb-add-title">
        标题
      </label>
      <input
        id="fb-add-title"
        className="form-control mb-2"
        maxLength={100}
        autoFocus
        placeholder="如：整改措施"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <p className="form-label mb-1">选择种类即添加</p>
      {GROUPS.map((group) => (
        <div key={group} className="qc-fb-kinds" role="group" aria-label={group}>
          <span className="qc-fb-kinds-name">{group}</span>
          {KINDS.filter((kind) => kind.group === group).map((kind) => (
            <button
              key={kind.id}
              type="button"
              className="btn btn-sm"
              disabled={Boolean(unavailable(kind))}
              title={unavailable(kind) ? ONCE[kind.id] : undefined}
              onClick={() => add(kind)}
            >
              {kind.label}
            </button>
          ))}
        </div>
      ))}
    </>
  );
}
