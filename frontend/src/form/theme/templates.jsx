/** How fields, sections and lists are laid out. */
import { descriptionId, errorId, getUiOptions, helpId } from '@rjsf/utils';
import { spriteUrl } from '../../shared/dom.js';
import { isAgreement } from './is-agreement.js';

const SHORT = new Set(['date', 'month', 'money', 'organisation']);
const SHORT_TEXT = 100;
const WIDTHS = {
  full: 'col-12',
  half: 'col-12 col-md-6',
  third: 'col-12 col-md-4',
  quarter: 'col-6 col-md-3',
};
const SHEETS = new Set(['score-sheet', 'veto-list']);

/** Short answers share a row; `ui:width` (full, half, third, quarter) decides otherwise. */
function column(schema, options) {
  if (WIDTHS[options.width]) return WIDTHS[options.width];
  const choices = schema.enum ?? schema.oneOf;
  const short =
    SHORT.has(options.widget) ||
    schema.format === 'date' ||
    schema.type === 'number' ||
    schema.type === 'integer' ||
    (schema.type === 'string' && schema.maxLength <= SHORT_TEXT && !options.widget && !choices) ||
    (schema.pattern && !options.widget) ||
    (choices?.length > 3 && !options.widget);
  return short ? 'col-12 col-md-6' : 'col-12';
}

/** Objects and plain lists carry their own heading. */
function hasOwnHeading(schema, options) {
  if (options.field) return false;
  if (schema.type === 'object') return !SHEETS.has(options.widget);
  return schema.type === 'array' && !options.widget && !schema.items?.enum && !schema.items?.oneOf;
}

/** A list that has to be there, with nothing in it if need be. */
const mayBeEmpty = (schema) => schema.type === 'array' && !schema.minItems;

function FieldTemplate(props) {
  const {
    id,
    label,
    children,
    errors,
    rawErrors,
    rawHelp,
    description,
    rawDescription,
    hidden,
    required,
    schema,
    uiSchema,
    readonly,
  } = props;
  const options = getUiOptions(uiSchema);
  if (hidden) return <div hidden>{children}</div>;
  if (schema.type === 'null') return null;
  const own = hasOwnHeading(schema, options);
  const agree = isAgreement(schema, options.widget);
  const line = schema.type === 'boolean' && !agree && !readonly && !options.width;
  const wrong = rawErrors?.length ? ' has-error' : '';
  return (
    <div
      className={`${own ? 'col-12' : column(schema, options)} qc-field${line ? ' qc-line' : ''}${wrong} ${options.classNames ?? ''}`}
    >
      {!own && !agree && options.label !== false && (
        <label className="form-label" htmlFor={id} id={`${id}__label`}>
          {label}
          {required && !readonly && !mayBeEmpty(schema) && (
            <span className="qc-required" title="必填">
              （必填）
            </span>
          )}
        </label>
      )}
      {!own && !readonly && rawDescription && description}
      {children}
      {errors}
      {rawHelp && (
        <div className="form-hint" id={helpId(id)}>
          {rawHelp}
        </div>
      )}
    </div>
  );
}

function FieldErrorTemplate({ errors = [], fieldPathId }) {
  const texts = errors.filter(Boolean);
  if (!texts.length) return null;
  return (
    <div className="qc-field-error" id={errorId(fieldPathId)}>
      {texts.map((text) => (
        <div key={text}>{text}</div>
      ))}
    </div>
  );
}

function DescriptionField({ id, description }) {
  return description ? (
    <div className="form-hint" id={id}>
      {description}
    </div>
  ) : null;
}

/**
 * The root lays its fields out in sections: `ui:sections: [{title, description, fields: […]}]`. What no section names
 * stands in front, except the decision and the opinion, which come last.
 */
function ObjectFieldTemplate({ title, description, properties, fieldPathId, schema, uiSchema, formData }) {
  const options = getUiOptions(uiSchema);
  if (fieldPathId.path.length > 0) {
    const isItem = typeof fieldPathId.path.at(-1) === 'number';
    if (isItem) return <div className="row g-3">{properties.map((property) => property.content)}</div>;
    if (!properties.length && (schema.oneOf || schema.anyOf)) {
      return <div className="form-label">{options.title ?? title}</div>;
    }
    return (
      <fieldset className="qc-fieldset" id={fieldPathId.$id}>
        {(options.title ?? title) && <legend>{options.title ?? title}</legend>}
        {description && (
          <div className="form-hint" id={descriptionId(fieldPathId)}>
            {description}
          </div>
        )}
        <div className="row g-3">{properties.map((property) => property.content)}</div>
      </fieldset>
    );
  }
  return (
    <>
      {description && <p className="qc-form-note">{description}</p>}
      {sectionsOf(properties.filter(shows(schema, formData)), options.sections).map(
        ({ key, heading, note, content }) => (
          <section className="qc-section" key={key} aria-label={heading || undefined}>
            {heading && <h2 className="qc-section-title">{heading}</h2>}
            {note && <p className="form-hint">{note}</p>}
            <div className="row g-3">{content.map((property) => property.content)}</div>
          </section>
        ),
      )}
    </>
  );
}

/** What can only be read and has nothing to say is left out. */
const shows =
  (schema, data) =>
  ({ name }) =>
    data?.[name] !== undefined || !schema.properties?.[name]?.readOnly || schema.required?.includes(name);

/** An only section needs no heading: the page has the form's own. */
function sectionsOf(properties, sections = []) {
  const visible = properties.filter((property) => !property.hidden);
  const named = new Set(sections.flatMap((section) => section.fields ?? []));
  const last = ['decision', 'opinion'];
  const rest = visible.filter((property) => !named.has(property.name));
  const pick = (names) => names.map((name) => visible.find((p) => p.name === name)).filter(Boolean);
  const front = sections.length ? rest.filter((property) => !last.includes(property.name)) : rest;
  const back = sections.length ? rest.filter((property) => last.includes(property.name)) : [];
  const parts = [
    { key: 'front', content: [...front, ...properties.filter((property) => property.hidden)] },
    ...sections.map((section, i) => ({
      key: `section-${i}`,
      heading: sections.length > 1 ? section.title : '',
      note: section.description,
      content: pick(section.fields ?? []),
    })),
    { key: 'back', heading: back.length ? '办理意见' : '', content: back },
  ];
  return parts.filter((part) => part.content.length);
}

function ArrayFieldTemplate({
  title,
  items,
  canAdd,
  onAddClick,
  disabled,
  readonly,
  fieldPathId,
  schema,
  uiSchema,
  required,
}) {
  const options = getUiOptions(uiSchema);
  const description = options.description ?? schema.description;
  return (
    <fieldset className="qc-fieldset" id={fieldPathId.$id}>
      <legend>
        {options.title ?? title}
        {required && !readonly && <span className="qc-required">（必填）</span>}
      </legend>
      {description && <div className="form-hint">{description}</div>}
      {items}
      {!items.length && readonly && <div className="text-secondary">未填写</div>}
      {canAdd && !readonly && (
        <button type="button" className="btn btn-sm" disabled={disabled} onClick={onAddClick}>
          <Icon name="plus" /> {options.add ?? '添加一项'}
        </button>
      )}
    </fieldset>
  );
}

function ArrayFieldItemTemplate({ children, index, buttonsProps, hasToolbar, readonly }) {
  return (
    <div className="qc-item">
      <div className="qc-item-head">
        <span>第 {index + 1} 项</span>
        {hasToolbar && buttonsProps.hasRemove && !readonly && (
          <button
            type="button"
            className="btn btn-sm btn-ghost-danger"
            aria-label={`删除第 ${index + 1} 项`}
            onClick={buttonsProps.onRemoveItem}
          >
            删除
          </button>
        )}
      </div>
      <div className="row g-3">{children}</div>
    </div>
  );
}

function MultiSchemaFieldTemplate({ selector, optionSchemaField }) {
  return (
    <div className="qc-variant">
      <div className="qc-variant-choice">{selector}</div>
      <div className="row g-3">{optionSchemaField}</div>
    </div>
  );
}

/** @param {{name: string}} props */
export function Icon({ name }) {
  return (
    <svg className="icon" aria-hidden="true">
      <use href={`${spriteUrl}#${name}`} />
    </svg>
  );
}

export const templates = {
  FieldTemplate,
  FieldErrorTemplate,
  DescriptionFieldTemplate: DescriptionField,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  MultiSchemaFieldTemplate,
  ErrorListTemplate: () => null,
  WrapIfAdditionalTemplate: ({ children }) => children,
};
