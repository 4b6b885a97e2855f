/** A value that can only be read. */
export function Static({ id, children }) {
  const empty = children === undefined || children === null || children === '';
  return (
    <div className={empty ? 'qc-static is-empty' : 'qc-static'} id={id}>
      {empty ? '未填写' : children}
    </div>
  );
}
