/**
 * The type of a column as a list to choose from, in Chinese: the library's own shows and takes the word of the file. Its lists of predefined values
 * are not offered: no case is held to them.
 */
import { createVNode } from 'inferno';
import TypeRefMenu from 'dmn-js-decision-table/lib/features/type-ref/components/TypeRefCellContextMenu';

const [ELEMENT, SELECT] = [1, 256]; // what Inferno calls them

class TypeMenu extends TypeRefMenu {
  render() {
    const element = this.getElement();
    const used = (element.inputExpression ?? element).typeRef;
    const types = this._dataTypes.getAll();
    const option = (type) =>
      createVNode(ELEMENT, 'option', null, this._translate(type), 0, {
        value: type,
        selected: type === used,
      });
    const select = createVNode(
      SELECT,
      'select',
      'form-select form-select-sm',
      (types.includes(used) ? types : [...types, used ?? '']).map(option),
      0,
      {
        'aria-label': this._translate('Type'),
        value: used ?? '',
        onChange: (event) => {
          this.onTypeChange(event.target.value);
          this.forceUpdate();
        },
      },
    );
    const label = createVNode(ELEMENT, 'label', 'dms-label', this._translate('Type'), 0);
    const control = createVNode(ELEMENT, 'div', 'dms-form-control', [label, select], 0);
    return createVNode(ELEMENT, 'div', 'type-ref-edit context-menu-container', [control], 0);
  }
}

function TypeMenus(components) {
  components.onGetComponent('context-menu', 750, ({ contextMenuType } = {}) =>
    ['input-edit', 'output-edit'].includes(contextMenuType) ? TypeMenu : undefined,
  );
}
TypeMenus.$inject = ['components'];

export default {
  typeRefEditingProvider: ['type', TypeMenus],
  allowedValuesEditingProvider: ['value', null],
};
