/** The menu that turns an element into another offers only what is executed. */

const REFUSED =
  /message|conditional|link|compensat|cancel|complex|event-based|transaction|ad-hoc|send|receive|data-store|^replace-with-task$|timer-start$|(error|escalation|signal)-start$/;
const KEPT_MARKS = ['toggle-non-interrupting'];

export default class Menu {
  constructor(popupMenu) {
    popupMenu.registerProvider('bpmn-replace', 400, this);
  }

  getPopupMenuEntries() {
    return (entries) => filtered(entries, (name) => !REFUSED.test(name));
  }

  getPopupMenuHeaderEntries() {
    return (entries) => filtered(entries, (name) => KEPT_MARKS.includes(name));
  }
}

Menu.$inject = ['popupMenu'];

const filtered = (entries, keep) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => keep(name)));
