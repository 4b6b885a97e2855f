/** All that is wrong, above the form, each with a link that goes to its field. */
import { fieldId, focusField } from './focus-field.js';
import { titleAt } from './schema-walk.js';

const SHOWN = 12;

export function ErrorSummary({ problems, schema, uiSchema }) {
  if (!problems.length) return null;
  return (
    <div className="alert alert-danger qc-errors" id="form-errors" role="alert" tabIndex={-1}>
      <h2 className="qc-errors-title">还有 {problems.length} 处需要修改</h2>
      <ul>
        {problems.slice(0, SHOWN).map((problem) => (
          <li key={problem.path.join('/') + problem.message}>
            {problem.path.length ? (
              <a
                href={`#${fieldId(problem.path)}`}
                onClick={(event) => {
                  event.preventDefault();
                  focusField(problem.path);
                }}
              >
                {summaryText(schema, problem, uiSchema)}
              </a>
            ) : (
              problem.message
            )}
          </li>
        ))}
      </ul>
      {problems.length > SHOWN && <div>另有 {problems.length - SHOWN} 处，见各字段旁的提示。</div>}
    </div>
  );
}

/**
 * @param {object} schema
 * @param {import('./validator.js').FieldError} problem
 * @param {object} [uiSchema]
 * @returns {string} `审核清单 第 3 行：请填写“企业名称”`
 */
export function summaryText(schema, { path, message }, uiSchema) {
  const own = titleAt(schema, path, uiSchema);
  const named = message.includes(`“${own}”`);
  const trail = (named ? path.slice(0, -1) : path)
    .map((_key, index) => titleAt(schema, path.slice(0, index + 1), uiSchema))
    .join(' ');
  return trail ? `${trail}：${message}` : message;
}
