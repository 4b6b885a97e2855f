/** The forms of a design, with the tasks that show them; a new one is made or brought in here. */
import { useState } from 'react';
import { Icon } from '../form/theme/templates.jsx';
import { ImportPanel } from './ImportPanel.jsx';
import { emptyForm } from './model/kinds.js';
import { fieldsOf } from './model/form.js';
import { suggestName } from './model/names.js';
import { asNamed } from './project.js';

const CALLED = new Map([['导入的表单', 'imported']]);

export function FormList({ process, forms, broken, tasks, reference, onOpen, onAdd, onRemove }) {
  const [adding, setAdding] = useState('');
  const folder = process.split('.')[0];
  const taken = [...Object.keys(forms), ...Object.keys(reference.forms).map((name) => `forms/${name}`)];
  const names = taken.map((path) => path.replace(/^forms\/[^/]+\//, '').replace(/\.json$/, ''));
  const pathFor = (title) => `forms/${folder}/${suggestName(title, names, CALLED)}.json`;
  const rows = [
    ...Object.entries(forms).map(([path, form]) => ({ path, form })),
    ...Object.keys(broken)
      .filter((path) => !(path in forms))
      .map((path) => ({ path, broken: broken[path] })),
  ];
  const users = (path) => tasks[asNamed(path)] ?? [];
  rows.sort((a, b) => Number(!users(a.path).length) - Number(!users(b.path).length));
  return (
    <>
      <section className="qc-paper mb-3">
        <div className="qc-paper-body d-flex gap-2 align-items-center">
          <h2 className="mb-0 me-auto">这个设计稿的表单</h2>
          <button type="button" className="btn btn-primary" onClick={() => setAdding('new')}>
            <Icon name="plus" />
            新建表单
          </button>
          <button type="button" className="btn" onClick={() => setAdding('import')}>
            <Icon name="upload" />
            导入 JSON Schema
          </button>
        </div>
        {adding === 'new' && (
          <NewForm
            pathFor={pathFor}
            taken={taken}
            onCancel={() => setAdding('')}
            onAdd={(path, title) => onAdd(path, emptyForm(title))}
          />
        )}
        {adding === 'import' && (
          <ImportPanel
            pathFor={pathFor}
            taken={Object.keys(forms)}
            onCancel={() => setAdding('')}
            onAdd={onAdd}
          />
        )}
        {rows.length === 0 && !adding ? (
          <p className="text-secondary p-3 mb-0">
            这个设计稿还没有表单。新建一张，再到流程图上把它选给要填它的环节。
          </p>
        ) : (
          <table className="table qc-table mb-0">
            <thead>
              <tr>
                <th>表单</th>
                <th>用在哪些环节</th>
                <th className="text-end">字段</th>
                <th>
                  <span className="visually-hidden">操作</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ path, form, broken: why }) => (
                <tr key={path}>
                  <td>
                    {form ? (
                      <button type="button" className="qc-fb-link" onClick={() => onOpen(path)}>
                        <strong>{form.schema.title || '（没有标题）'}</strong>
                      </button>
                    ) : (
                      <strong>读不出来，原样保留</strong>
                    )}
                    <div className="text-secondary">{why ? `${asNamed(path)}：${why}` : asNamed(path)}</div>
                  </td>
                  <td>
                    {users(path).length ? (
                      <Users rows={users(path)} />
                    ) : (
                      <span className="text-secondary">还没有环节用它</span>
                    )}
                  </td>
                  <td className="text-end nums">{form && fieldsOf(form).length}</td>
                  <td className="text-end">
                    {form && !users(path).length && (
                      <button type="button" className="btn btn-sm" onClick={() => onRemove(path)}>
                        删除
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

function Users({ rows }) {
  const shown = [...new Map(rows.map((row) => [`${row.process}${row.name}`, row])).values()];
  return shown.map((row) => (
    <div key={`${row.process}${row.name}`}>
      {row.name}
      <span className="text-secondary">
        （{row.process}
        {row.actor_name && row.actor ? `，${row.actor_name}` : ''}）
      </span>
    </div>
  ));
}

function NewForm({ pathFor, taken, onAdd, onCancel }) {
  const [title, setTitle] = useState('');
  const [typed, setTyped] = useState(null);
  const path = typed ?? (title ? pathFor(title) : '');
  const problem = pathProblem(path, taken);
  const add = (event) => {
    event.preventDefault();
    if (title.trim() && !problem) onAdd(path, title.trim());
  };
  return (
    <form className="qc-paper-body border-top row g-2 align-items-end" onSubmit={add}>
      <div className="col-5">
        <label className="form-label" htmlFor="fb-new-title">
          表单标题
        </label>
        <input
          id="fb-new-title"
          className="form-control"
          maxLength={100}
          autoFocus
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </div>
      <div className="col-4">
        <label className="form-label" htmlFor="fb-new-path">
          文件（照标题拟定，可以改）
        </label>
        <input
          id="fb-new-path"
          className={`form-control${path && problem ? ' is-invalid' : ''}`}
          spellCheck={false}
          value={asNamed(path)}
          onChange={(event) => setTyped(`forms/${event.target.value.trim()}`)}
        />
      </div>
      <div className="col-3">
        <button className="btn btn-primary" disabled={!title.trim() || Boolean(problem)}>
          建立
        </button>{' '}
        <button type="button" className="btn" onClick={onCancel}>
          取消
        </button>
      </div>
      {path && problem && (
        <p className="qc-field-error mb-0" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

/** @param {string} path @param {string[]} taken */
export function pathProblem(path, taken) {
  if (!/^forms\/[a-z0-9_]+\/[a-z0-9_]+\.json$/.test(path))
    return '文件名用小写字母、数字和下划线，如 shandong/site_check.json';
  return taken.includes(path) ? `已经有表单 ${asNamed(path)}，请换一个文件名` : '';
}
