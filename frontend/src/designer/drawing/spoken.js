/** The companions of bpmn-js that do not ask for a translation: their words are put into Chinese where they appear. */

const PARTS =
  '.bts-palette, .bts-log, .bts-notifications, .bts-set-animation-speed, .bts-scopes, .djs-overlay-container';

const ENDS = { started: '开始', finished: '走完', canceled: '中止' };

export default class Spoken {
  constructor(eventBus, canvas, translate) {
    this.translate = translate;
    const container = canvas.getContainer();
    const watch = new MutationObserver((changes) =>
      changes.forEach((change) => change.addedNodes.forEach((node) => this.speak(node))),
    );
    eventBus.on('diagram.init', -1000, () => {
      for (const part of container.querySelectorAll(PARTS)) {
        this.speak(part);
        watch.observe(part, { childList: true, subtree: true });
      }
    });
    eventBus.on('diagram.destroy', () => watch.disconnect());
  }

  speak(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const words = node.data.trim();
      const said = this.said(words);
      if (said !== words) node.data = node.data.replace(words, said);
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ['title', 'aria-label']) {
      const words = node.getAttribute(name)?.trim();
      if (words && this.said(words) !== words) node.setAttribute(name, this.said(words));
    }
    node.childNodes.forEach((child) => this.speak(child));
  }

  said(words) {
    const [, name, end] = /^(.+) (started|finished|canceled)$/.exec(words) ?? [];
    if (name) return `${this.translate(name)}${ENDS[end]}`;
    return this.translate(words.replace(/^Focus process instance .*/, 'Focus process instance'));
  }
}

Spoken.$inject = ['eventBus', 'canvas', 'translate'];
