/** A section: its heading, its note, its place. */
import { Problems, Text } from './controls.jsx';
import * as edits from './model/edits.js';
import { sectionsOf } from './model/form.js';

export function SectionPanel({ form, index, choose, change, problems }) {
  const sections = sectionsOf(form);
  const section = sections[index];
  const move = (step) => {
    change(edits.stepSection(form, index, step));
    choose(`section:${index + step}`);
  };
  return (
    <>
      <h2>节</h2>
      <Problems list={problems} />
      <Text
        label="标题"
        value={section.title}
        most={60}
        hint={sections.length < 2 ? '只有一节时，标题不显示在表单上。' : ''}
        onValue={(title) => change(edits.setSection(form, index, 'title', title), `section ${index} title`)}
      />
      <Text
        label="说明"
        area
        value={section.description}
        onValue={(text) =>
          change(edits.setSection(form, index, 'description', text || undefined), `section ${index} note`)
        }
      />
      <div className="d-flex gap-2 flex-wrap">
        <button type="button" className="btn btn-sm" disabled={index === 0} onClick={() => move(-1)}>
          上移
        </button>
        <button
          type="button"
          className="btn btn-sm"
          disabled={index === sections.length - 1}
          onClick={() => move(1)}
        >
          下移
        </button>
        <button
          type="button"
          className="btn btn-sm"
          disabled={sections.length < 2}
          onClick={() => {
            change(edits.removeSection(form, index));
            choose('');
          }}
        >
          撤掉这一节（字段并入相邻的一节）
        </button>
      </div>
    </>
  );
}
