/** How long a text is, once it comes near the most that is taken. */
export function Counter({ text = '', most }) {
  const length = [...(text ?? '')].length;
  if (!most || length < most * 0.6) return null;
  return (
    <div className="qc-counter">
      {length} / {most} 字
    </div>
  );
}
