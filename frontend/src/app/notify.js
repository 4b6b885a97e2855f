/** Says in plain words that a request in the background failed, and that nothing on the page was lost. */
import { h } from '../shared/dom.js';

/** @param {string} text */
function show(text) {
  let box = document.querySelector('.qc-notify');
  if (!box) {
    box = h('div', { class: 'qc-notify', role: 'alert' });
    document.body.append(box);
  }
  const close = h(
    'button',
    { type: 'button', class: 'btn-close', 'aria-label': '关闭', onclick: () => box.remove() },
    '',
  );
  box.replaceChildren(h('span', {}, text), close);
}

document.addEventListener('htmx:sendError', () =>
  show('网络不通，页面上的内容没有丢失。请检查网络后再试一次。'),
);
document.addEventListener('htmx:timeout', () => show('服务器很久没有回应，请稍后再试。'));
document.addEventListener('htmx:responseError', (event) => {
  const { status } = event.detail.xhr;
  const known = {
    401: '登录已过期，请重新登录后再试。',
    403: '您没有办理此事项的权限。',
    404: '没有找到这项内容，可能已被办结或收回，请刷新页面。',
    409: '这项内容刚被别人更新过，请刷新页面后再试。',
    413: '文件太大，服务器没有接收。',
    429: '操作太频繁，请稍等片刻再试。',
  };
  show(known[status] ?? `服务器没有完成这次操作（${status}），页面上的内容没有丢失，请稍后再试。`);
});
