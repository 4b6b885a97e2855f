/** Limits on uploads, checked before anything is sent. The server checks again. */
import { fileSize } from './format.js';

/**
 * @param {{name: string, size: number, type?: string}} file
 * @param {{accept?: string, maxMb?: number}} limits `accept` as in HTML
 * @returns {string | null} what is wrong, in Chinese
 */
export function fileProblem(file, { accept, maxMb }) {
  if (accept && !accepted(file, accept)) {
    return `“${file.name}”的类型不在允许范围内，可以上传：${accept.split(',').map(kindName).join('、')}。`;
  }
  if (maxMb && file.size > maxMb * 1024 * 1024) {
    return `“${file.name}”有 ${fileSize(file.size)}，超过上限 ${maxMb} MB，请压缩或分拆后再传。`;
  }
  if (file.size === 0) return `“${file.name}”是空文件，请检查后重新选择。`;
  return null;
}

function accepted(file, accept) {
  const name = file.name.toLowerCase();
  const type = (file.type || '').toLowerCase();
  return accept.split(',').some((entry) => {
    const rule = entry.trim().toLowerCase();
    if (rule.startsWith('.')) return name.endsWith(rule);
    if (rule.endsWith('/*')) return type.startsWith(rule.slice(0, -1));
    return type === rule;
  });
}

function kindName(entry) {
  const rule = entry.trim();
  const names = { 'image/*': '图片', 'application/pdf': 'PDF', '.pdf': 'PDF' };
  return names[rule] ?? rule.replace(/^\./, '').toUpperCase();
}
