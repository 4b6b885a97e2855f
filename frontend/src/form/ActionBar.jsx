/**
 * 暂存 and 提交, put into the slots of the bar that the page renders (`[data-form-slot="status|draft|submit"]`), so that
 * the server's own buttons (退回, 转办) stand between them. Without slots the form brings its own bar.
 */
import { createPortal } from 'react-dom';
import { clock } from '../shared/format.js';

const slot = (name) => document.querySelector(`[data-form-slot="${name}"]`);

export function ActionBar({ busy, problems, draft, canDraft, label, onDraft, onSubmit }) {
  const status = <Status draft={draft} problems={problems} />;
  const save = canDraft && (
    <button type="button" className="btn" disabled={busy || draft.state === 'saving'} onClick={onDraft}>
      暂存
    </button>
  );
  const send = (
    <button type="button" className="btn btn-primary" disabled={busy} aria-busy={busy} onClick={onSubmit}>
      {busy ? '正在提交…' : label}
    </button>
  );
  if (slot('submit')) {
    return (
      <>
        {slot('status') && createPortal(status, slot('status'))}
        {slot('draft') && createPortal(save, slot('draft'))}
        {createPortal(send, slot('submit'))}
      </>
    );
  }
  return (
    <div className="qc-actionbar">
      <div className="qc-actionbar-status">{status}</div>
      <div className="qc-actionbar-buttons">
        {save}
        {send}
      </div>
    </div>
  );
}

function Status({ draft, problems }) {
  const text = {
    dirty: '有未暂存的修改',
    saving: '正在暂存…',
    saved: `已暂存 ${clock(draft.at)}`,
    conflict: '暂存已停止，请先处理上方提示',
    offline: draft.text,
    error: draft.text,
    idle: draft.at ? `已载入 ${clock(draft.at)} 的草稿` : '',
  }[draft.state];
  return (
    <>
      <span role="status">{text}</span>
      {problems > 0 && (
        <a href="#form-errors" className="text-danger ms-2">
          {problems} 处需要修改
        </a>
      )}
    </>
  );
}
