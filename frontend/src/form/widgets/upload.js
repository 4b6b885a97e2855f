/** Sends one file, telling how far it has come. */

/**
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.csrf
 * @param {File} options.file
 * @param {(share: number) => void} options.onProgress 0 to 1
 * @returns {{done: Promise<{id: string, name: string, size: number}>, cancel: () => void}}
 */
export function upload({ url, csrf, file, onProgress }) {
  const xhr = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    xhr.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    xhr.addEventListener('load', () => {
      const body = parse(xhr.responseText);
      if (xhr.status >= 200 && xhr.status < 300 && body?.id !== undefined) {
        resolve({ id: body.id, name: body.name ?? file.name, size: body.size ?? file.size });
      } else {
        reject(new Error(refusal(xhr.status, body)));
      }
    });
    xhr.addEventListener('error', () => reject(new Error('网络不通，没有传上去')));
    xhr.addEventListener('abort', () => reject(new Error('已取消')));
  });
  const form = new FormData();
  form.append('file', file);
  xhr.open('POST', url);
  xhr.setRequestHeader('Accept', 'application/json');
  if (csrf) xhr.setRequestHeader('X-CSRFToken', csrf);
  xhr.send(form);
  return { done, cancel: () => xhr.abort() };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(status, body) {
  if (status === 413) return '文件太大，服务器没有接收';
  if (status === 401) return '登录已过期，请登录后再传';
  return body?.detail ?? body?.errors?.[0]?.message ?? `没有传上去（${status}）`;
}
