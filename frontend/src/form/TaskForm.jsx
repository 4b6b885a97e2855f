/** The form of one task: fields, draft, submission, and what went wrong, in one place. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { NetworkError, request, uuid } from '../shared/http.js';
import { valueAt } from '../shared/pointer.js';
import { ActionBar } from './ActionBar.jsx';
import { Banner } from './Banner.jsx';
import { ErrorSummary } from './ErrorSummary.jsx';
import { settle } from './computed.js';
import { createDraftKeeper } from './draft.js';
import { highlightConsequence } from './consequence.js';
import { inFormOrder } from './form-order.js';
import { leaveGuard } from './leave-guard.js';
import { lightenGrids, onlyWords } from './lighten.js';
import { prune } from './prune.js';
import { reckoned } from './reckoning.js';
import { serverErrors } from './server-errors.js';
import { ThemedForm, translateString } from './theme/index.jsx';
import { check, toErrorSchema, validator } from './validator.js';

/** Nothing is answered for the person: only a written `default` is filled in, never a `const` or an empty row. */
const DEFAULTS = {
  constAsDefaults: 'never',
  requiredBooleanDefault: 'skip',
  arrayMinItems: { populate: 'never' },
};

/**
 * @param {object} props
 * @param {object} props.model described in frontend/README.md
 * @param {(body: {data: object, revision: number}, key: string) => Promise<import('../shared/http.js').Answer>} [props.send] answers instead
 *   of `urls.complete`
 * @param {(body: any) => object | void} [props.onDone] told what was answered instead of leaving for the next page; where it gives a banner,
 *   the form stays with it
 */
export function TaskForm({ model, send, onDone }) {
  const { schema, readonly = false, urls = {}, csrf } = model;
  const uiSchema = useMemo(() => model.ui_schema ?? {}, [model]);
  const drawn = useMemo(() => lightenGrids(onlyWords(schema), uiSchema), [schema, uiSchema]);
  const followed = useCallback(
    (given, before) => reckoned(schema, settle(uiSchema, given, before)),
    [schema, uiSchema],
  );
  const [data, setData] = useState(() => followed(model.data ?? {}));
  const [attempted, setAttempted] = useState(false);
  const [fromServer, setFromServer] = useState([]);
  const [banner, setBanner] = useState(null);
  const [busy, setBusy] = useState(false);
  const [draft, setDraft] = useState({ state: 'idle', at: model.draft_saved_at ?? null });

  const formRef = useRef(null);
  const live = useRef({ data, key: uuid(), sending: false, edited: false });

  const resolve = useCallback((part, value) => {
    const utils = formRef.current?.state?.schemaUtils;
    return utils ? utils.retrieveSchema(part, value) : part;
  }, []);
  const payload = useCallback(() => prune(schema, resolve, live.current.data), [schema, resolve]);

  const keeper = useMemo(
    () =>
      createDraftKeeper({
        url: urls.draft,
        csrf,
        read: () => live.current.data,
        revision: model.draft_revision,
        onState: setDraft,
      }),
    [urls.draft, csrf, model.draft_revision],
  );

  useEffect(
    () =>
      leaveGuard({
        unsaved: () => !send && live.current.edited && !keeper.isClean(),
        save: keeper.saveNow,
      }),
    [keeper, send],
  );
  useEffect(() => highlightConsequence(data.decision), [data.decision]);

  const problems = useMemo(() => {
    const own = attempted ? check(schema, prune(schema, resolve, data), uiSchema) : [];
    const still = fromServer.filter((error) => sameValue(valueAt(data, error.path), error.value));
    const all = [
      ...still,
      ...own.filter((error) => !still.some((other) => samePath(other.path, error.path))),
    ];
    return inFormOrder(all, schema, uiSchema);
  }, [attempted, data, fromServer, resolve, schema, uiSchema]);
  const extraErrors = useMemo(() => toErrorSchema(problems), [problems]);

  const change = useCallback(
    (event, id) => {
      live.current.data = followed(event.formData ?? {}, live.current.data);
      setData(live.current.data);
      if (id === undefined && !live.current.edited) return; // defaults being filled in, nobody typed
      live.current.edited = true;
      keeper.touch();
    },
    [keeper, followed],
  );

  async function submit() {
    if (live.current.sending) return;
    live.current.sending = true;
    document.activeElement?.blur?.(); // commits a table cell that is being typed in
    await new Promise((done) => setTimeout(done));
    setAttempted(true);
    setFromServer([]);
    const body = { data: payload(), revision: model.revision };
    if (check(schema, body.data, uiSchema).length) {
      live.current.sending = false;
      setBanner(null);
      focusSummary();
      return;
    }
    setBusy(true);
    await keeper.pause();
    try {
      const answer = await (send ?? toOffice)(body, live.current.key);
      // A definite refusal is over: what follows it is a new request, not a repetition of this one.
      if (!answer.ok && answer.status < 500) live.current.key = uuid();
      if (accept(answer)) return;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      setBanner({
        kind: 'danger',
        title: '网络不通，内容已保留。',
        text: '填写的内容都还在本页。请检查网络后重试，重复提交不会办理两次。',
        action: { label: '重试', run: submit },
      });
    }
    live.current.sending = false;
    setBusy(false);
    keeper.resume();
  }

  function toOffice(json, key) {
    return request(urls.complete, { method: 'POST', json, csrf, headers: { 'Idempotency-Key': key } });
  }

  /** @returns {boolean} true when the form is done with */
  function accept({ status, ok, body, signedOut }) {
    if (ok) {
      live.current.edited = false;
      if (onDone) {
        const told = onDone(body);
        setBanner(told ?? null);
        return !told;
      }
      setBanner({ kind: 'success', title: '已提交，正在打开下一页…' });
      window.location.assign(body?.next ?? urls.back ?? '/');
      return true;
    }
    const detail = body?.detail ?? '';
    if (signedOut) {
      setBanner({
        kind: 'warning',
        title: '登录已过期。',
        text: '填写的内容都还在本页。请在新窗口登录，再回到本页提交。',
      });
    } else if (status === 422 || (status === 400 && body?.errors)) {
      const found = serverErrors(body?.errors, live.current.data);
      setFromServer(found);
      setBanner(found.length ? null : { kind: 'danger', title: body?.title ?? '没有提交。', text: detail });
      focusSummary();
    } else if (status === 409) {
      setBanner({
        kind: 'warning',
        title: body?.title ?? '这项任务刚刚有变动，没有提交。',
        text: `${detail} 您填写的内容仍保留在本页。`,
        link: { label: '打开最新内容', href: window.location.href },
      });
    } else {
      setBanner({
        kind: 'danger',
        title: body?.title ?? `服务器没有完成提交（${status}）。`,
        text: `${detail} 填写的内容都还在本页。`,
        action: status >= 500 ? { label: '重试', run: submit } : undefined,
      });
    }
    return false;
  }

  function takeOther(other) {
    live.current.data = followed(other.data ?? {});
    live.current.edited = false;
    setData(live.current.data);
    setAttempted(false);
    keeper.adopt(other);
  }

  return (
    <div className={readonly ? 'qc-form is-readonly' : 'qc-form'}>
      {banner && <Banner {...banner} onClose={() => setBanner(null)} />}
      {draft.state === 'conflict' && (
        <Banner
          kind="warning"
          title={draft.title}
          text={draft.text}
          action={draft.other && { label: '载入对方的草稿', run: () => takeOther(draft.other) }}
          second={draft.other && { label: '用我的内容覆盖', run: keeper.overwrite }}
          link={!draft.other && { label: '打开最新内容', href: window.location.href }}
        />
      )}
      <ErrorSummary problems={problems} schema={schema} uiSchema={uiSchema} />
      <ThemedForm
        ref={formRef}
        schema={drawn}
        uiSchema={uiSchema}
        formData={data}
        validator={validator}
        formContext={{ model, data }}
        readonly={readonly}
        disabled={busy}
        translateString={translateString}
        noValidate
        noHtml5Validate
        showErrorList={false}
        extraErrors={extraErrors}
        experimental_defaultFormStateBehavior={DEFAULTS}
        onChange={change}
        onSubmit={(_event, native) => native?.preventDefault?.()}
      >
        <></>
      </ThemedForm>
      {!readonly && (
        <ActionBar
          busy={busy}
          problems={problems.length}
          draft={draft}
          canDraft={Boolean(urls.draft)}
          label={uiSchema['ui:submit'] ?? uiSchema['ui:options']?.submit ?? '提交'}
          onDraft={keeper.saveNow}
          onSubmit={submit}
        />
      )}
    </div>
  );
}

const samePath = (a, b) => a.join('/') === b.join('/');
const sameValue = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function focusSummary() {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const summary = document.getElementById('form-errors');
      summary?.focus({ preventScroll: true });
      summary?.scrollIntoView({ block: 'center' });
    }),
  );
}
