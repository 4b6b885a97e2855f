/** The real form of a task, submitted to the trial instead of to the office. Files keep their names only. */
import { createRoot } from 'react-dom/client';
import { TaskForm } from '../form/TaskForm.jsx';

let uploads = 0;

/** @param {{file: File}} given */
function keepName({ file }) {
  uploads += 1;
  return { done: Promise.resolve({ id: uploads, name: file.name, size: file.size }), cancel: () => {} };
}

/**
 * @param {HTMLElement} host
 * @param {any} task
 * @param {(data: object) => Promise<import('../shared/http.js').Answer>} send
 * @returns {() => void} takes the form away again
 */
export function mountForm(host, task, send) {
  const root = createRoot(host);
  const { schema, ui_schema, data } = task.form;
  const model = {
    schema,
    ui_schema,
    data,
    urls: { file: '#' },
    choices: task.choices,
    consequence: schema['x-consequences'] ?? {},
    upload: keepName,
  };
  root.render(<TaskForm model={model} send={({ data: given }) => send(given)} onDone={() => {}} />);
  return () => root.unmount();
}
