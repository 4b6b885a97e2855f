/** A message above the form that says what happened, what was kept, and what to do. */

/**
 * @param {object} props
 * @param {'success'|'warning'|'danger'} props.kind
 * @param {string} props.title
 * @param {string} [props.text]
 * @param {{label: string, run: () => void}} [props.action]
 * @param {{label: string, run: () => void}} [props.second]
 * @param {{label: string, href: string}} [props.link]
 * @param {() => void} [props.onClose]
 */
export function Banner({ kind, title, text, action, second, link, onClose }) {
  return (
    <div className={`alert alert-${kind} qc-banner`} role="alert">
      <div className="qc-banner-text">
        <strong>{title}</strong> {text}
      </div>
      <div className="btn-list">
        {action && (
          <button type="button" className="btn btn-sm" onClick={action.run}>
            {action.label}
          </button>
        )}
        {second && (
          <button type="button" className="btn btn-sm" onClick={second.run}>
            {second.label}
          </button>
        )}
        {link && (
          <a className="btn btn-sm" href={link.href} target="_blank" rel="noopener">
            {link.label}
          </a>
        )}
        {onClose && <button type="button" className="btn-close" aria-label="关闭" onClick={onClose} />}
      </div>
    </div>
  );
}
