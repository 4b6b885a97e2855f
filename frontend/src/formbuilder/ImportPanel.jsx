/** An existing JSON Schema is uploaded or pasted, looked through, and taken over with an account of what is kept as it stands. */
import { useState } from 'react';
import { importForm } from './importing.js';
import { pathProblem } from './FormList.jsx';
import { asNamed } from './project.js';

export function ImportPanel({ pathFor, taken, onAdd, onCancel }) {
  const [schema, setSchema] = useState('');
  const [ui, setUi] = useState('');
  const [typed, setTyped] = useState(null);
  const read = schema.trim() ? looked(schema, ui) : {};
  const path = typed ?? (read.form ? pathFor(read.form.schema.title) : '');
  const problem = read.form && pathProblem(path, taken);
  const take = (set) => async (event) => {
    const [file] = event.target.files;
    if (file) set(await file.text());
  };
  return (
    <div className="qc-paper-body border-top">
      <div className="row g-3">
        <Source
          id="schema"
          label="JSON Schema（必需）"
          value={schema}
          onValue={setSchema}
          onFile={take(setSchema)}
        />
        <Source
          id="ui"
          label="版面（UI Schema，没有可不填）"
          value={ui}
          onValue={setUi}
          onFile={take(setUi)}
        />
      </div>
      {read.problem && (
        <p className="qc-field-error" role="alert">
          {read.problem}
        </p>
      )}
      {read.form && <Account form={read.form} account={read.account} />}
      <div className="d-flex gap-2 align-items-end mt-2">
        {read.form && (
          <div>
            <label className="form-label" htmlFor="fb-import-path">
              存为
            </label>
            <input
              id="fb-import-path"
              className={`form-control${problem ? ' is-invalid' : ''}`}
              spellCheck={false}
              value={asNamed(path)}
              onChange={(event) => setTyped(`forms/${event.target.value.trim()}`)}
            />
          </div>
        )}
        <button
          type="button"
          className="btn btn-primary"
          disabled={!read.form || Boolean(problem)}
          onClick={() => onAdd(path, read.form)}
        >
          导入这张表单
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          取消
        </button>
      </div>
      {problem && (
        <p className="qc-field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function looked(schema, ui) {
  try {
    return importForm(schema, ui);
  } catch (error) {
    return { problem: error.message };
  }
}

function Source({ id, label, value, onValue, onFile }) {
  return (
    <div className="col-6">
      <label className="form-label" htmlFor={`fb-${id}`}>
        {label}
      </label>
      <input
        type="file"
        className="form-control mb-1"
        accept=".json,application/json"
        aria-label={`${label}：选择文件`}
        onChange={onFile}
      />
      <textarea
        id={`fb-${id}`}
        className="form-control qc-fb-source"
        spellCheck={false}
        placeholder="选择文件，或把内容粘贴到这里"
        rows={6}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    </div>
  );
}

/** @param {{form: any, account: {edited: string[], kept: string[], changed: string[]}}} props */
function Account({ form, account }) {
  return (
    <div className="qc-fb-account" role="status">
      <p className="mb-1">
        <strong>{form.schema.title}</strong>：{account.edited.length} 个字段可以编辑
        {account.kept.length
          ? `，${account.kept.length} 处原样保留（仍然有效，只是不能在这里改）`
          : '，没有需要原样保留的内容'}
        。
      </p>
      <List title="导入时补上" lines={account.changed} />
      <List title="原样保留" lines={account.kept} />
      <List title="可以编辑" lines={account.edited} />
    </div>
  );
}

function List({ title, lines }) {
  if (!lines.length) return null;
  return (
    <details open={title !== '可以编辑'}>
      <summary>
        {title}（{lines.length}）
      </summary>
      <ul className="mb-1">
        {lines.map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
