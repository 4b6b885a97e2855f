/** The sections and fields of a form in their order: chosen, moved by keys, buttons or dragging. */
import { useRef, useState } from 'react';
import { Icon } from '../form/theme/templates.jsx';
import * as edits from './model/edits.js';
import { sectionsOf, shownWhen } from './model/form.js';
import { kindNamed } from './model/kinds.js';

export function Outline({ form, fields, chosen, choose, change, problems }) {
  const list = useRef(null);
  const [dragged, setDragged] = useState(null);
  const [over, setOver] = useState(null);
  const sections = sectionsOf(form);
  const wrong = (at) => problems.filter((one) => one.at === at && one.severity === 'error').length;

  function keys(event) {
    const rows = [...list.current.querySelectorAll('[data-row]')];
    const index = rows.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || index < 0) return;
    event.preventDefault();
    const { row } = rows[index].dataset;
    if (!event.altKey) {
      rows[index + step]?.focus();
      return;
    }
    move(row, step);
  }
  function move(row, step) {
    const [mode, index] = row.split(':');
    if (mode === 'section' && index !== undefined) {
      change(edits.stepSection(form, Number(index), step));
      if (sections[Number(index) + step]) focusLater(`section:${Number(index) + step}`);
    } else {
      change(edits.stepField(form, row, step));
      focusLater(row);
    }
  }
  function focusLater(row) {
    choose(row);
    requestAnimationFrame(() => list.current?.querySelector(`[data-row="${CSS.escape(row)}"]`)?.focus());
  }

  const dragging = (name) => ({
    draggable: true,
    onDragStart: (event) => {
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', name);
      setDragged(name);
    },
    onDragEnd: () => {
      setDragged(null);
      setOver(null);
    },
  });
  const target = (key, section, at) => ({
    onDragOver: (event) => {
      if (!dragged) return;
      event.preventDefault();
      setOver(key);
    },
    onDrop: (event) => {
      event.preventDefault();
      if (!dragged) return;
      const from = sections[section].fields.indexOf(dragged);
      const place = at === undefined ? undefined : from >= 0 && from < at ? at - 1 : at;
      change(edits.intoSection(form, dragged, section, place));
      choose(dragged);
      setDragged(null);
      setOver(null);
    },
  });

  return (
    <nav className="qc-fb-outline" aria-label="字段" ref={list} onKeyDown={keys}>
      <button
        type="button"
        data-row=""
        className={`qc-fb-row is-form${chosen === '' ? ' is-chosen' : ''}`}
        aria-current={chosen === '' || undefined}
        onClick={() => choose('')}
      >
        <span className="qc-fb-row-title">{form.schema.title || '（没有标题）'}</span>
        <Mark count={wrong('')} />
      </button>
      {sections.map((section, index) => (
        <div key={index} className="qc-fb-section">
          <button
            type="button"
            data-row={`section:${index}`}
            className={`qc-fb-row is-section${chosen === `section:${index}` ? ' is-chosen' : ''}${over === `s${index}` ? ' is-over' : ''}`}
            aria-current={chosen === `section:${index}` || undefined}
            {...target(`s${index}`, index)}
            onClick={() => choose(`section:${index}`)}
          >
            <span className="qc-fb-row-title">{section.title || '（没有标题）'}</span>
            <Mark count={wrong(`section:${index}`)} />
          </button>
          {(section.fields ?? []).map((name, at) => {
            const field = fields.find((one) => one.name === name);
            if (!field) return null;
            return (
              <Row
                key={name}
                form={form}
                field={field}
                fields={fields}
                chosen={chosen === name}
                over={over === name}
                wrong={wrong(name)}
                onChoose={() => choose(name)}
                onMove={(step) => move(name, step)}
                {...dragging(name)}
                {...target(name, index, at)}
              />
            );
          })}
          <button
            type="button"
            className={`qc-fb-add${chosen === `add:${index}` ? ' is-chosen' : ''}`}
            aria-label={`在“${section.title}”添加字段`}
            onClick={() => choose(`add:${index}`)}
          >
            <Icon name="plus" /> 添加字段
          </button>
        </div>
      ))}
      <button
        type="button"
        className="btn btn-sm mt-2"
        onClick={() => {
          change(edits.addSection(form, sections.length - 1));
          choose(`section:${sections.length}`);
        }}
      >
        <Icon name="plus" /> 添加一节
      </button>
      <p className="qc-fb-keys">↑↓ 选择，Alt+↑↓ 移动，可拖动</p>
    </nav>
  );
}

function Row({ form, field, fields, chosen, over, wrong, onChoose, onMove, ...drag }) {
  const when = shownWhen(form, field, fields);
  const title = field.schema?.title || field.name;
  return (
    <div className={`qc-fb-field${over ? ' is-over' : ''}`} {...drag}>
      <button
        type="button"
        data-row={field.name}
        className={`qc-fb-row${chosen ? ' is-chosen' : ''}`}
        aria-current={chosen || undefined}
        title={when ? `显示条件：${when}` : undefined}
        onClick={onChoose}
      >
        <span className="qc-fb-row-title">
          {title}
          {field.required && <span className="qc-required">（必填）</span>}
        </span>
        <span className="qc-fb-row-note">
          {kindNamed(field.kind).label}
          {when && '，有显示条件'}
        </span>
        <Mark count={wrong} />
      </button>
      {chosen && (
        <span className="qc-fb-moves">
          <button
            type="button"
            className="btn btn-sm btn-icon"
            aria-label={`上移“${title}”`}
            onClick={() => onMove(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            className="btn btn-sm btn-icon"
            aria-label={`下移“${title}”`}
            onClick={() => onMove(1)}
          >
            ↓
          </button>
        </span>
      )}
    </div>
  );
}

function Mark({ count }) {
  return count ? <span className="qc-fb-mark">■ {count} 处需要修改</span> : null;
}
