/** Files: chosen or dropped, sent at once with progress. The value is the list of `{id, name, size}`. */
import { useEffect, useRef, useState } from 'react';
import { ariaDescribedByIds } from '@rjsf/utils';
import { fileProblem } from '../../shared/file-check.js';
import { fileSize } from '../../shared/format.js';
import { Icon } from '../theme/templates.jsx';
import { upload } from './upload.js';

export function FilesWidget({
  id,
  value,
  readonly,
  disabled,
  onChange,
  options,
  schema,
  registry,
  rawErrors,
}) {
  const { model = {} } = registry.formContext ?? {};
  const files = Array.isArray(value) ? value : [];
  const latest = useRef(files);
  const running = useRef(new Map());
  const [pending, setPending] = useState([]);
  const [over, setOver] = useState(false);
  useEffect(() => {
    latest.current = files;
  });
  useEffect(() => () => running.current.forEach((cancel) => cancel()), []);

  const { accept, max_mb: maxMb = 50 } = options;
  const room = (schema.maxItems ?? Infinity) - files.length - pending.filter((entry) => !entry.error).length;
  const update = (key, change) =>
    setPending((list) => list.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)));
  const drop = (key) => {
    running.current.get(key)?.();
    setPending((list) => list.filter((entry) => entry.key !== key));
  };

  function add(chosen) {
    for (const [index, file] of [...chosen].entries()) {
      const key = `${Date.now()}-${index}-${file.name}`;
      const error = index >= room ? `最多 ${schema.maxItems} 个文件` : fileProblem(file, { accept, maxMb });
      setPending((list) => [...list, { key, name: file.name, size: file.size, share: 0, error }]);
      if (!error) send(key, file);
    }
  }

  async function send(key, file) {
    const { done, cancel } = (model.upload ?? upload)({
      url: model.urls?.upload ?? '/api/v1/files',
      csrf: model.csrf,
      file,
      onProgress: (share) => update(key, { share }),
    });
    running.current.set(key, cancel);
    try {
      const stored = await done;
      latest.current = [...latest.current, stored];
      onChange(latest.current);
      setPending((list) => list.filter((entry) => entry.key !== key));
    } catch (error) {
      update(key, { error: error.message });
    } finally {
      running.current.delete(key);
    }
  }

  if (readonly && !files.length) {
    return (
      <div className="qc-static is-empty" id={id}>
        未上传
      </div>
    );
  }
  const locked = readonly || disabled;
  return (
    <div className="qc-files">
      <FileList
        files={files}
        pattern={model.urls?.file}
        locked={locked}
        onRemove={(file) => onChange(without(files, file))}
      />
      {pending.length > 0 && (
        <ul className="qc-file-list" aria-live="polite">
          {pending.map((entry) => (
            <li key={entry.key} className={entry.error ? 'qc-file is-failed' : 'qc-file'}>
              <span className="qc-file-name">{entry.name}</span>
              {entry.error ? (
                <span className="text-danger">{entry.error}</span>
              ) : (
                <progress max="1" value={entry.share} aria-label={`正在上传 ${entry.name}`} />
              )}
              <button type="button" className="btn btn-sm btn-link" onClick={() => drop(entry.key)}>
                {entry.error ? '知道了' : '取消'}
              </button>
            </li>
          ))}
        </ul>
      )}
      {!readonly && room > 0 && (
        <label
          className={`qc-drop${over ? ' is-over' : ''}${rawErrors?.length ? ' is-invalid' : ''}`}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            if (!locked) add(event.dataTransfer.files);
          }}
        >
          <input
            id={id}
            type="file"
            className="visually-hidden"
            multiple={(schema.maxItems ?? 2) > 1}
            accept={accept}
            disabled={locked}
            aria-describedby={ariaDescribedByIds(id)}
            onChange={(event) => {
              add(event.target.files);
              event.target.value = '';
            }}
          />
          <Icon name="upload" />
          <span>
            <span className="qc-drop-link">选择文件</span>，或拖到这里
            <span className="qc-drop-limits">
              {accept
                ? `${accept
                    .split(',')
                    .map((rule) => rule.trim().replace(/^\./, ''))
                    .join('、')}，`
                : ''}
              每个不超过 {maxMb} MB
            </span>
          </span>
        </label>
      )}
    </div>
  );
}

const without = (files, gone) => {
  const rest = files.filter((file) => file !== gone);
  return rest.length ? rest : undefined;
};

function FileList({ files, pattern, locked, onRemove }) {
  if (!files.length) return null;
  const href = (file) => (pattern ?? '/api/v1/files/{id}').replace('{id}', encodeURIComponent(file.id));
  return (
    <ul className="qc-file-list">
      {files.map((file) => (
        <li key={file.id} className="qc-file">
          <Icon name="paperclip" />
          <a className="qc-file-name" href={href(file)} target="_blank" rel="noopener">
            {file.name}
          </a>
          <span className="text-secondary">{fileSize(file.size)}</span>
          {!locked && (
            <button
              type="button"
              className="btn btn-sm btn-link"
              aria-label={`移除 ${file.name}`}
              onClick={() => onRemove(file)}
            >
              移除
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
