/** The forms of a design: the list of them, or one that is being built; its address says which. */
import { useEffect, useState } from 'react';
import { checkDesign } from '../design/server.js';
import { Icon } from '../form/theme/templates.jsx';
import { Editor } from './Editor.jsx';
import { FormList } from './FormList.jsx';
import { fieldAtPointer } from './problems.js';
import { asNamed, layoutOf } from './project.js';
import { useProject } from './use-project.js';

const addressed = () => {
  const name = new URLSearchParams(location.search).get('file');
  return name ? `forms/${name.replace(/^forms\//, '')}` : '';
};

export function Builder({ base, process, notices, design, about }) {
  const project = useProject({ base, design, notices });
  const [path, setPath] = useState(addressed);
  const [jump, setJump] = useState(null);
  const [found, setFound] = useState(null);
  useEffect(() => {
    const follow = () => setPath(addressed());
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  useEffect(() => {
    const keys = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.target.closest?.('.qc-fb-preview')) return;
      const again = event.key === 'y' || (event.key === 'Z' && event.shiftKey);
      const act = again ? project.redo : event.key === 'z' ? project.undo : null;
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  });

  const form = project.forms[path];
  const open = (next) => {
    const query = next ? `?${new URLSearchParams({ file: asNamed(next) })}` : '';
    window.history.pushState(null, '', `${location.pathname}${query}`);
    setPath(next);
    setJump(null);
  };
  async function check() {
    project.say('正在检查……');
    try {
      const { problems } = await checkDesign(base, project.changes());
      setFound(problems);
      project.say(project.saving.unsaved() ? '有修改没有保存' : '检查完毕');
    } catch (error) {
      project.say(error.message, 'problem');
    }
  }
  const goTo = (problem) => {
    const form = problem.file.replace(/\.ui\.json$/, '.json');
    open(form);
    setJump({ name: fieldAtPointer(project.forms[form], problem), at: Date.now() });
  };

  return (
    <>
      <div className="qc-fb-bar" role="toolbar" aria-label="表单">
        {path && (
          <>
            <button type="button" className="btn btn-sm" onClick={() => open('')}>
              <Icon name="arrow-left" />
              全部表单
            </button>
            {form && <FormPicker forms={project.forms} path={path} onOpen={open} />}
          </>
        )}
        <button
          type="button"
          className="btn btn-sm"
          disabled={!project.undo}
          onClick={project.undo ?? undefined}
        >
          撤销
        </button>
        <button
          type="button"
          className="btn btn-sm"
          disabled={!project.redo}
          onClick={project.redo ?? undefined}
        >
          重做
        </button>
        <button type="button" className="btn btn-sm" onClick={check}>
          检查设计稿
        </button>
        <span className={`qc-fb-state${project.state.kind ? ' is-problem' : ''}`} role="status">
          {project.state.words ||
            `${design.saved_by}保存于 ${new Date(design.saved_at).toLocaleString('zh-CN', { hour12: false })}`}
        </span>
      </div>
      {found && <Found problems={found} forms={project.forms} onGo={goTo} onClose={() => setFound(null)} />}
      {form ? (
        <Editor
          key={path}
          path={path}
          form={form}
          about={about}
          reference={design.reference}
          forms={project.forms}
          jump={jump}
          onChange={(next, tag) =>
            project.change(
              (forms) => ({ ...forms, [path]: typeof next === 'function' ? next(forms[path]) : next }),
              tag && `${path} ${tag}`,
            )
          }
        />
      ) : (
        <>
          {path && (
            <p className="alert alert-warning" role="alert">
              {project.broken[path]
                ? `表单 ${asNamed(path)} 读不出来（${project.broken[path]}），原样保留，没有改动。可以导入一份新的，用同样的文件名。`
                : `设计稿里没有表单 ${asNamed(path)}。`}
            </p>
          )}
          <FormList
            process={process}
            forms={project.forms}
            broken={project.broken}
            tasks={about.tasks}
            reference={design.reference}
            onOpen={open}
            onAdd={(made, content) => {
              project.change((forms) => ({ ...forms, [made]: content }));
              open(made);
            }}
            onRemove={(gone) => project.change(({ [gone]: _form, ...rest }) => rest)}
          />
        </>
      )}
    </>
  );
}

function FormPicker({ forms, path, onOpen }) {
  return (
    <select
      className="form-select form-select-sm qc-fb-picker"
      aria-label="正在编辑的表单"
      value={path}
      onChange={(event) => onOpen(event.target.value)}
    >
      {Object.entries(forms).map(([one, { schema }]) => (
        <option key={one} value={one}>
          {schema.title || asNamed(one)}（{asNamed(one)}）
        </option>
      ))}
    </select>
  );
}

/** What the check of the whole design says; those of forms lead there. */
function Found({ problems, forms, onGo, onClose }) {
  const errors = problems.filter((one) => one.severity === 'error').length;
  const isForm = (one) => Object.keys(forms).some((path) => one.file === path || one.file === layoutOf(path));
  return (
    <section className="qc-fb-found" aria-label="检查结果">
      <div className="d-flex justify-content-between">
        <p className="fw-bold mb-1" role="status">
          {problems.length
            ? `${errors} 处需要修改，${problems.length - errors} 处提示`
            : '检查通过，可以定稿。'}
        </p>
        <button type="button" className="btn-close" aria-label="收起检查结果" onClick={onClose} />
      </div>
      <ul>
        {problems.map((one, index) => (
          <li key={index} className={one.severity === 'error' ? 'is-error' : 'is-hint'}>
            {isForm(one) ? (
              <button type="button" className="qc-fb-link" onClick={() => onGo(one)}>
                <strong>{one.name}</strong> {one.message}
              </button>
            ) : (
              <span>
                <strong>{one.name}</strong> {one.message}
              </span>
            )}
            <span className="text-secondary">（{one.file}）</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
