/** RJSF in Tabler's classes, with our fields and widgets. */
import { withTheme } from '@rjsf/core';
import { ArrayField, BooleanField, ObjectField, StringField, asField } from './fields.jsx';
import { templates } from './templates.jsx';
import { translateString } from './translate.js';
import { widgets } from './widgets.jsx';
import { FilesWidget } from '../widgets/FilesWidget.jsx';
import { GridField } from '../widgets/GridField.jsx';
import { LinesWidget } from '../widgets/LinesWidget.jsx';
import { ScoreSheet } from '../widgets/ScoreSheet.jsx';
import { VetoList } from '../widgets/VetoList.jsx';

const fields = {
  ArrayField,
  BooleanField,
  ObjectField,
  StringField,
  files: asField(FilesWidget),
  grid: GridField,
  lines: asField(LinesWidget),
  'score-sheet': ScoreSheet,
  'veto-list': VetoList,
  ...Object.fromEntries(
    ['opinion', 'decision', 'date', 'month', 'money', 'organisation'].map((name) => [
      name,
      asField(widgets[name]),
    ]),
  ),
};

const Themed = withTheme({ fields, templates, widgets });

export { Themed as ThemedForm, translateString };
