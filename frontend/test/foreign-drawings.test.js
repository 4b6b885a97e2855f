/** Drawings of other tools stay drawable: the reader of bpmn-js understands them, and finds a shape for what they hold. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BpmnModdle } from 'bpmn-moddle';

const folder = new URL('../../tests/engine/foreign/', import.meta.url);

for (const name of readdirSync(folder)) {
  test(`${name} can be drawn`, async () => {
    const { rootElement, warnings } = await new BpmnModdle().fromXML(
      readFileSync(new URL(name, folder), 'utf8'),
    );
    // Types of XML Schema are named from outside the file; bpmn-js draws all the same.
    const said = warnings.map((warning) => warning.message).filter((text) => !text.includes('<xsd:'));
    assert.deepEqual(said, []);
    const drawn = rootElement.diagrams.flatMap((diagram) => diagram.plane.planeElement);
    assert.ok(drawn.length > 3);
    for (const shape of drawn) assert.ok(shape.bpmnElement, shape.id);
  });
}
