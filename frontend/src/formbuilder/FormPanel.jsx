/** The form as a whole: what it is called, who uses it, and the rules that the builder keeps as they stand. */
import { Part, Problems, Text } from './controls.jsx';
import * as edits from './model/edits.js';
import { furtherRules } from './model/form.js';
import { accountOf } from './importing.js';
import { asNamed } from './project.js';

export function FormPanel({ form, path, tasks, change, problems }) {
  const rules = furtherRules(form);
  const { kept } = accountOf(form);
  const said = kept.filter((line) => !line.startsWith('规则：'));
  return (
    <>
      <h2>表单</h2>
      <Problems list={problems} />
      <Text
        label="标题"
        value={form.schema.title}
        most={100}
        onValue={(title) => change(edits.setOfForm(form, 'title', title), 'form title')}
      />
      <Text
        label="说明（显示在表单最上面）"
        area
        value={form.schema.description}
        onValue={(text) => change(edits.setOfForm(form, 'description', text || undefined), 'form note')}
      />
      <p className="mb-1">
        文件 <code>{asNamed(path)}</code>
      </p>
      <Part title="用在哪些环节">
        {tasks.length ? (
          <ul className="mb-0">
            {tasks.map((task, index) => (
              <li key={index}>
                {task.name}
                <span className="text-secondary">（{task.process}）</span>
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-secondary mb-0">还没有。在流程图上选中环节，在“表单”里选这一张。</p>
        )}
      </Part>
      {rules.length > 0 && (
        <Part title="另外的规则" note="（填写时照样起作用）">
          <ul className="qc-fb-list">
            {rules.map((rule) => (
              <li key={rule.index}>
                <span>{rule.words}</span>
                <button
                  type="button"
                  className="btn btn-sm btn-icon"
                  aria-label={`删除规则：${rule.words}`}
                  onClick={() => change(edits.dropRule(form, rule.index))}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {said.length > 0 && (
        <Part title="原样保留" note="（这里不能改，保存时一字不动）" open={false}>
          <ul className="mb-0">
            {said.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ul>
        </Part>
      )}
    </>
  );
}
