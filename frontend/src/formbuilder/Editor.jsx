/** One form: its fields in order, what the chosen one says, and beside them the form itself. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { AddField } from './AddField.jsx';
import { FieldPanel } from './FieldPanel.jsx';
import { FormPanel } from './FormPanel.jsx';
import { Outline } from './Outline.jsx';
import { Preview } from './Preview.jsx';
import { SectionPanel } from './SectionPanel.jsx';
import { fieldsOf, sectionsOf } from './model/form.js';
import { withSections } from './model/edits.js';
import { writeJson } from './model/json.js';
import { knownNames } from './model/names.js';
import { fieldAtPointer } from './problems.js';
import { asNamed } from './project.js';
import { checkForm } from './server.js';

const WAIT = 500; // milliseconds after the last change

/**
 * What is chosen is the name of a field, `section:2`, `add:2` (a field to be added to that section), or nothing for the form itself.
 */
export function Editor({ path, form, forms, about, reference, jump, onChange }) {
  const [chosen, choose] = useState(() => jump?.name ?? fieldsOf(form)[0]?.name ?? 'add:0');
  const problems = useProblems(path, form);
  const known = useMemo(() => knownNames(reference.forms), [reference]);
  const fields = useMemo(() => fieldsOf(form), [form]);
  useEffect(() => {
    if (jump) choose(jump.name);
  }, [jump]);
  const placed = problems.map((one) => ({ ...one, at: fieldAtPointer(form, one) }));
  const tasks = about.tasks[asNamed(path)] ?? [];
  const change = (next, tag) =>
    onChange((now) => withSections(typeof next === 'function' ? next(now) : next), tag);
  const field = fields.find((one) => one.name === chosen);
  const panel = { form, fields, choose, change, problems: placed.filter((one) => one.at === chosen) };
  const [mode, index] = chosen.split(':');
  const isPart = (name) => index !== undefined && mode === name && !field;
  return (
    <div className={field?.kind === 'score' ? 'qc-fb is-wide' : 'qc-fb'}>
      <Outline
        form={form}
        fields={fields}
        chosen={chosen}
        choose={choose}
        change={change}
        problems={placed}
      />
      <section className="qc-fb-panel" aria-label="属性">
        {field && (
          <FieldPanel
            key={field.name}
            {...panel}
            field={field}
            forms={forms}
            path={path}
            uses={about.uses}
            reference={reference}
          />
        )}
        {isPart('section') && sectionsOf(form)[index] && <SectionPanel {...panel} index={Number(index)} />}
        {isPart('add') && <AddField {...panel} section={Number(index)} known={known} />}
        {!field && !isPart('section') && !isPart('add') && (
          <FormPanel {...panel} path={path} tasks={tasks} problems={placed.filter((one) => !one.at)} />
        )}
      </section>
      <Preview
        pointed={field?.name}
        form={form}
        forEnterprise={tasks.length > 0 && tasks.every((task) => task.actor === 'enterprise')}
      />
    </div>
  );
}

/** What is wrong with the form, asked of the server once the person pauses: the rules stand there alone. */
function useProblems(path, form) {
  const [problems, setProblems] = useState([]);
  const latest = useRef(form);
  useEffect(() => {
    latest.current = form;
    const timer = setTimeout(() => {
      checkForm(path, writeJson(form.schema), writeJson(form.ui)).then(
        (answer) => latest.current === form && setProblems(answer.problems),
        () => latest.current === form && setProblems([]), // the state of saving says that the network is away
      );
    }, WAIT);
    return () => clearTimeout(timer);
  }, [path, form]);
  return problems;
}
