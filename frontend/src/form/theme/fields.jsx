/** Which component shows a part of the schema: ours where the data asks for one, RJSF's otherwise. */
import { getDefaultRegistry } from '@rjsf/core';
import { getUiOptions } from '@rjsf/utils';
import { FilesWidget } from '../widgets/FilesWidget.jsx';
import { GridField } from '../widgets/GridField.jsx';
import { LinesWidget } from '../widgets/LinesWidget.jsx';
import { ScoreSheet } from '../widgets/ScoreSheet.jsx';
import { VetoList } from '../widgets/VetoList.jsx';
import { isAgreement } from './is-agreement.js';
import { widgets } from './widgets.jsx';

const Standard = getDefaultRegistry().fields;

/**
 * @param {React.ComponentType<any>} Widget
 * @returns {React.ComponentType<any>} the widget usable as `ui:field`, whatever the type of the data
 */
export function asField(Widget) {
  return function WidgetField(props) {
    const { fieldPathId, formData, onChange, uiSchema } = props;
    return (
      <Widget
        {...props}
        id={fieldPathId.$id}
        value={formData}
        options={getUiOptions(uiSchema)}
        label={props.title ?? uiSchema?.['ui:title'] ?? props.schema.title}
        onChange={(value) => onChange(value, fieldPathId.path, undefined, fieldPathId.$id)}
      />
    );
  };
}

const Files = asField(FilesWidget);
const Lines = asField(LinesWidget);
const YesNo = asField(widgets.yesno);

export function ObjectField(props) {
  const { widget } = getUiOptions(props.uiSchema);
  if (widget === 'score-sheet') return <ScoreSheet {...props} />;
  if (widget === 'veto-list') return <VetoList {...props} />;
  return <Standard.ObjectField {...props} />;
}

export function ArrayField(props) {
  const { widget } = getUiOptions(props.uiSchema);
  if (widget === 'grid') return <GridField {...props} />;
  if (widget === 'files') return <Files {...props} />;
  if (widget === 'lines') return <Lines {...props} />;
  return <Standard.ArrayField {...props} />;
}

export function BooleanField(props) {
  const { widget } = getUiOptions(props.uiSchema);
  if (isAgreement(props.schema, widget)) {
    return <Standard.BooleanField {...props} uiSchema={{ ...props.uiSchema, 'ui:widget': 'agree' }} />;
  }
  return !widget || widget === 'radio' ? <YesNo {...props} /> : <Standard.BooleanField {...props} />;
}

/** A choice named `decision` and a text named `opinion` are shown as such without being told. */
export function StringField(props) {
  const { widget } = getUiOptions(props.uiSchema);
  const implied = impliedWidget(props);
  if (widget || !implied) return <Standard.StringField {...props} />;
  return <Standard.StringField {...props} uiSchema={{ ...props.uiSchema, 'ui:widget': implied }} />;
}

function impliedWidget({ name, schema, fieldPathId, registry }) {
  if (name === 'decision' && (schema.enum || schema.oneOf)) return 'decision';
  if (name === 'opinion' && !schema.enum && schema.type === 'string') return 'opinion';
  if (schema.format === 'date') return 'date';
  const few = (schema.enum ?? schema.oneOf ?? []).length;
  if (few > 0 && few <= 3 && fieldPathId && registry) return 'radio';
  return null;
}
