/** The shared sub-processes in the palette, each a call activity ready to be filled in. */
export default class SharedParts {
  constructor(palette, create, elementFactory, bpmnFactory, reference, translate) {
    this.create = create;
    this.elementFactory = elementFactory;
    this.bpmnFactory = bpmnFactory;
    this.parts = reference.processes.filter((one) => one.jurisdiction === 'common');
    this.translate = translate;
    palette.registerProvider(400, this);
  }

  getPaletteEntries() {
    return {
      'shared-separator': { group: 'shared', separator: true },
      ...Object.fromEntries(this.parts.map((part) => [`shared-${part.value}`, this.entry(part)])),
    };
  }

  entry(part) {
    const start = (event) => this.create.start(event, this.shape(part));
    return {
      group: 'shared',
      className: 'qc-palette-part',
      title: `${part.label}：${part.purpose}`,
      html: `<div class="entry qc-palette-part">${escape(part.label.slice(0, 2))}</div>`,
      action: { dragstart: start, click: start },
    };
  }

  shape(part) {
    const businessObject = this.bpmnFactory.create('bpmn:CallActivity', {
      name: part.label,
      calledElement: part.value,
    });
    return this.elementFactory.createShape({ type: 'bpmn:CallActivity', businessObject });
  }
}

SharedParts.$inject = ['palette', 'create', 'elementFactory', 'bpmnFactory', 'config.reference', 'translate'];

const escape = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
