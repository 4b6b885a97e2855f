/** Loads the design, then shows its forms. */
import { useEffect, useState } from 'react';
import { loadDesign } from '../design/server.js';
import { Builder } from './Builder.jsx';
import { aboutForms } from './server.js';

/** @param {{base: string, process: string, notices: HTMLElement}} props `notices` is a place outside for questions */
export function App({ base, process, notices }) {
  const [loaded, setLoaded] = useState(null);
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    Promise.all([loadDesign(base), aboutForms(base)]).then(
      ([design, about]) => setLoaded({ design, about }),
      (error) => setTrouble(error.message),
    );
  }, [base]);
  if (trouble) {
    return (
      <p className="alert alert-danger" role="alert">
        {trouble}
      </p>
    );
  }
  if (!loaded) return <p className="text-secondary">正在打开表单……</p>;
  return <Builder base={base} process={process} notices={notices} {...loaded} />;
}
