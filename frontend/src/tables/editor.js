/** dmn-js as far as decision tables need it: no drawing of requirements, no dates, cells in the language of our engine. */
import Viewer from 'dmn-js-decision-table/lib/Viewer';
import addRule from 'dmn-js-decision-table/lib/features/add-rule';
import annotations from 'dmn-js-decision-table/lib/features/annotations/editor';
import cellSelection from 'dmn-js-decision-table/lib/features/cell-selection';
import columnResize from 'dmn-js-decision-table/lib/features/column-resize';
import contextMenu from 'dmn-js-decision-table/lib/features/context-menu';
import copyCutPaste from 'dmn-js-decision-table/lib/features/copy-cut-paste';
import copyKeys from 'dmn-js-decision-table/lib/features/copy-cut-paste/key-bindings';
import createInputs from 'dmn-js-decision-table/lib/features/create-inputs';
import headEditor from 'dmn-js-decision-table/lib/features/decision-table-head/editor';
import nameEditor from 'dmn-js-decision-table/lib/features/decision-table-properties/editor';
import rulesEditor from 'dmn-js-decision-table/lib/features/decision-rules/editor';
import dragAndDrop from 'dmn-js-decision-table/lib/features/drag-and-drop';
import actions from 'dmn-js-decision-table/lib/features/editor-actions';
import hitPolicy from 'dmn-js-decision-table/lib/features/hit-policy/editor';
import keyboard from 'dmn-js-decision-table/lib/features/keyboard';
import modeling from 'dmn-js-decision-table/lib/features/modeling';
import simpleBoolean from 'dmn-js-decision-table/lib/features/simple-boolean-edit';
import simpleMode from 'dmn-js-decision-table/lib/features/simple-mode';
import simpleNumber from 'dmn-js-decision-table/lib/features/simple-number-edit';
import simpleString from 'dmn-js-decision-table/lib/features/simple-string-edit';
import EditingManager from 'dmn-js-shared/lib/base/EditingManager';
import dataTypes from 'dmn-js-shared/lib/features/data-types';
import expressionLanguages from 'dmn-js-shared/lib/features/expression-languages';
import menu from 'table-js/lib/features/context-menu';
import editorActions from 'table-js/lib/features/editor-actions';
import interaction from 'table-js/lib/features/interaction-events';
import selection from 'table-js/lib/features/selection';
import { offer } from './hit-policies.js';
import types from './types.js';
import words, { WORDS } from './words.js';

const LANGUAGE = { value: 'qingcheng', label: '本系统的写法' };

class TableEditor extends Viewer {
  getModules() {
    return [
      ...Viewer._getModules(),
      ...[addRule, annotations, cellSelection, menu, contextMenu, copyCutPaste, copyKeys, createInputs],
      ...[dataTypes, actions, headEditor, columnResize, dragAndDrop, expressionLanguages, keyboard],
      ...[nameEditor, editorActions, hitPolicy, interaction, modeling, rulesEditor, selection, simpleMode],
      ...[simpleBoolean, simpleNumber, simpleString, types, words],
    ];
  }
}

/** The tables of a DMN file, one shown at a time. */
class Tables extends EditingManager {
  _getViewProviders() {
    const opens = (element) => element.decisionLogic?.$instanceOf('dmn:DecisionTable') ?? false;
    return [{ id: 'decisionTable', constructor: TableEditor, opens }];
  }
}

/**
 * @param {HTMLElement} container
 * @param {() => void} changed called after every change of the opened file
 */
export function createEditor(container, changed) {
  const tables = new Tables({
    container,
    common: {
      dataTypes: ['number', 'string', 'boolean'],
      expressionLanguages: { options: [LANGUAGE], defaults: { editor: LANGUAGE.value } },
      debounceInput: false,
    },
  });
  tables.on('import.parse.complete', ({ definitions }) => definitions && named(definitions, tables._moddle));
  tables.on('viewer.created', ({ viewer }) =>
    viewer.on('commandStack.changed', ({ trigger }) => trigger !== 'clear' && changed()),
  );
  translated(container);

  const active = () => tables.getActiveViewer();
  const decisions = () => tables.getViews().map(({ element }) => element);

  /** Opens a file, at one of its decisions or the first. Rejects with a sentence; then nothing is shown. */
  async function load(xml, decision) {
    try {
      await tables.importXML(xml, { open: false });
    } catch (error) {
      throw new Error(reason(error));
    }
    if (!decisions().length)
      throw new Error('文件里没有决策表：编辑器只能打开决策表，不能打开表达式或关系图');
    await show(decisions().some(({ id }) => id === decision) ? decision : decisions()[0].id);
  }

  async function show(decision) {
    const view = tables.getViews().find(({ id }) => id === decision);
    const { hitPolicy, aggregation } = view.element.decisionLogic;
    offer({ hitPolicy, aggregation });
    await tables.open(view);
  }

  /** The decision that is shown, as dmn-js models it. */
  const shown = () => tables.getActiveView()?.element;

  /** @param {{label: string, name: string, type: string}} field a form's field that becomes a column */
  function addInput({ label, name, type }) {
    const viewer = active();
    const column = viewer.get('editorActions').trigger('addInput').businessObject;
    const typeRef = { integer: 'number', number: 'number', boolean: 'boolean' }[type] ?? 'string';
    viewer.get('modeling').updateProperties(column, { label, inputExpression: { text: name, typeRef } });
  }

  return {
    load,
    show,
    shown,
    decisions,
    addInput,
    xml: async () => (await tables.saveXML({ format: true })).xml,
    undo: () => active()?.get('commandStack').undo(),
    redo: () => active()?.get('commandStack').redo(),
    focus: (id) => active()?.get('selection').select(id),
  };
}

/** Every part that the editor refers to gets an id, where a file of another tool has none. */
function named(definitions, moddle) {
  const walk = (element, prefix) => {
    if (!element.id) element.id = moddle.ids.nextPrefixed(prefix, element);
    const parts = [
      'decisionLogic',
      'input',
      'output',
      'rule',
      'inputEntry',
      'outputEntry',
      'inputExpression',
    ];
    for (const part of parts) {
      const inner = element.get && part in element ? element[part] : null;
      for (const one of Array.isArray(inner) ? inner : inner ? [inner] : []) walk(one, `${part}_`);
    }
  };
  for (const element of definitions.drgElement ?? [])
    if (element.decisionLogic?.$instanceOf('dmn:DecisionTable')) walk(element, 'decision_');
}

/** A few words stand in the library's code as they are: they are put into Chinese where they appear. */
function translated(container) {
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(node instanceof Element)) continue;
      for (const element of [node, ...node.querySelectorAll('[title], [aria-label]')])
        for (const name of ['title', 'aria-label']) {
          const said = WORDS[element.getAttribute(name)];
          if (said) element.setAttribute(name, said);
        }
    }
  }).observe(container, { childList: true, subtree: true });
}

function reason(error) {
  if (/DMN 1\.[12]/.test(error.message))
    return '这是旧版（DMN 1.1 或 1.2）的文件，请用原来的工具另存为 DMN 1.3';
  if (/failed to parse document as/.test(error.message))
    return '这不是 DMN 1.3 文件（根元素应为 definitions）';
  return '文件内容读不出来，不是有效的 DMN 1.3 文件';
}
