/** The fields of the panel. Each shows a value and gives back what the person made of it. */
import { h, useEffect, useRef, useState } from '@bpmn-io/diagram-js-ui';

const PAUSE = 400; // milliseconds without typing
let fields = 0;

/** An id that no other field has: those of preact are the same in lists. */
export const useOwnId = () => useState(() => `qc-field-${(fields += 1)}`)[0];

/**
 * What is being typed: shown at once, given back after a pause, on leaving the field, and when the panel turns to another element.
 *
 * @param {string} value @param {(text: string) => void} commit
 */
function useTyping(value, commit) {
  const [text, setText] = useState(value);
  const pending = useRef(null);
  const flush = () => {
    const waiting = pending.current;
    if (!waiting) return;
    clearTimeout(waiting.timer);
    pending.current = null;
    waiting.commit(waiting.text);
  };
  useEffect(() => {
    if (!pending.current) setText(value);
  }, [value]);
  useEffect(() => flush, []);
  const onInput = (event) => {
    clearTimeout(pending.current?.timer);
    setText(event.target.value);
    pending.current = { text: event.target.value, commit, timer: setTimeout(flush, PAUSE) };
  };
  return { value: text, onInput, onBlur: flush };
}

/** @param {{label: string, value: string, commit: (text: string) => void, area?: boolean, code?: boolean, type?: string, hint?: any, placeholder?: string, problem?: string}} given */
export function Text({ label, value, commit, area, code, type = 'text', hint, placeholder, problem }) {
  const id = useOwnId();
  const typing = useTyping(value, commit);
  const own = `form-control form-control-sm${code ? ' qc-code' : ''}${problem ? ' is-invalid' : ''}`;
  const more = {
    id,
    class: own,
    placeholder,
    spellcheck: !code,
    'aria-describedby': hint ? `${id}-hint` : null,
  };
  return h(
    'div',
    { class: 'qc-field' },
    h('label', { for: id }, label),
    area
      ? h('textarea', { ...more, ...typing, rows: Math.min(8, Math.max(2, lines(typing.value))) })
      : h('input', { ...more, ...typing, type }),
    problem && h('p', { class: 'qc-field-problem', role: 'alert' }, problem),
    hint && h('p', { class: 'qc-field-hint', id: `${id}-hint` }, hint),
  );
}

const lines = (text) => text.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 22), 0);

/** A value that is none of the options is kept and shown as it stands. */
const withOther = (options, value, none) => [
  ...(none === null ? [] : [{ value: '', label: none ?? '（未定）' }]),
  ...(!value || options.some((one) => one.value === value) ? [] : [{ value, label: value }]),
  ...options,
];

/** @param {{label: string, value: string, options: {value: string, label: string}[], commit: (value: string) => void, none?: string | null, hint?: any, bare?: boolean}} given `bare` hides the label from sight */
export function Select({ label, value, options, commit, none, hint, bare }) {
  const id = useOwnId();
  return h(
    'div',
    { class: 'qc-field' },
    !bare && h('label', { for: id }, label),
    h(
      'select',
      {
        id,
        class: 'form-select form-select-sm',
        'aria-label': bare ? label : null,
        value,
        onChange: (event) => commit(event.target.value),
      },
      withOther(options, value, none).map((one) =>
        h('option', { key: one.value, value: one.value, selected: one.value === value }, one.label),
      ),
    ),
    hint && h('p', { class: 'qc-field-hint' }, hint),
  );
}

/** @param {{label: string, on: boolean, commit: (on: boolean) => void}} given */
export function Check({ label, on, commit }) {
  return h(
    'label',
    { class: 'qc-check' },
    h('input', {
      type: 'checkbox',
      class: 'form-check-input',
      checked: on,
      onChange: (event) => commit(event.target.checked),
    }),
    label,
  );
}

const MOST = 60;

/**
 * One of many, found by typing a part of its name.
 *
 * @param {{label: string, value: string, options: {value: string, label: string, hint?: string}[], commit: (value: string) => void, none?: string, hint?: any}} given
 */
export function Pick({ label, value, options, commit, none = '（未定）', hint }) {
  const id = useOwnId();
  const [query, setQuery] = useState(null);
  const [at, setAt] = useState(0);
  const open = query !== null;
  const all = withOther(options, value, none);
  const matching = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (one) => `${one.label} ${one.hint ?? ''} ${one.value}`.toLowerCase();
    return all.filter((one) => words.every((word) => fits(one).includes(word))).slice(0, MOST);
  };
  const found = open ? matching(query) : [];
  const close = () => setQuery(null);
  const choose = (one) => {
    close();
    if (one && one.value !== value) commit(one.value);
  };
  const keys = {
    ArrowDown: () => (open ? setAt(Math.min(at + 1, found.length - 1)) : setQuery('')),
    ArrowUp: () => setAt(Math.max(at - 1, 0)),
    // Whoever types fast presses Enter before the list has followed.
    Enter: ({ target }) =>
      open ? choose(target.value === query ? found[at] : matching(target.value)[0]) : setQuery(''),
    Escape: close,
  };
  return h(
    'div',
    { class: 'qc-field qc-pick' },
    h('label', { for: id }, label),
    h('input', {
      id,
      class: 'form-control form-control-sm',
      role: 'combobox',
      autocomplete: 'off',
      'aria-expanded': String(open),
      'aria-controls': `${id}-list`,
      'aria-activedescendant': open && found[at] ? `${id}-${at}` : null,
      placeholder: '输入几个字查找',
      value: open ? query : all.find((one) => one.value === value)?.label,
      onFocus: (event) => event.target.select(),
      onClick: () => !open && setQuery(''),
      onInput: (event) => {
        setQuery(event.target.value);
        setAt(0);
      },
      onBlur: close,
      onKeyDown: (event) => {
        if (!(event.key in keys)) return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key](event);
      },
    }),
    open &&
      h(
        'ul',
        { class: 'qc-pick-list', role: 'listbox', id: `${id}-list`, 'aria-label': label },
        found.map((one, index) =>
          h(
            'li',
            {
              key: one.value,
              id: `${id}-${index}`,
              role: 'option',
              'aria-selected': String(index === at),
              class: one.value === value ? 'is-chosen' : '',
              // Before the field loses the focus, which closes the list.
              onMouseDown: (event) => {
                event.preventDefault();
                choose(one);
              },
            },
            one.label,
            one.hint && h('span', { class: 'qc-field-hint' }, one.hint),
          ),
        ),
        !found.length && h('li', { class: 'qc-field-hint' }, '没有找到'),
      ),
    hint && h('p', { class: 'qc-field-hint' }, hint),
  );
}

const folded = new Set();

/** A part of the panel that can be folded, and stays so for the next element. */
export function Group({ title, children, closed = false }) {
  const shut = folded.has(title) !== closed;
  return h(
    'details',
    {
      class: 'qc-group',
      open: !shut,
      onToggle: (event) => (event.target.open === closed ? folded.add(title) : folded.delete(title)),
    },
    h('summary', null, title),
    h('div', { class: 'qc-group-body' }, children),
  );
}
