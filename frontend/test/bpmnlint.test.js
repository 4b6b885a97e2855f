/**
 * The check before deployment has bpmnlint's rules as Python modules (app/engine/checking/lint). What they find in the example diagrams is written
 * down in lint.json, where a Python test holds them to it; here bpmnlint itself is held to the same.
 */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import test from 'node:test';
import { BpmnModdle } from 'bpmn-moddle';
import Linter from 'bpmnlint/lib/linter.js';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';

const examples = new URL('../../tests/engine/checking/diagrams/', import.meta.url);
const config = JSON.parse(await readFile(new URL('../.bpmnlintrc', import.meta.url)));
const expected = JSON.parse(await readFile(new URL('lint.json', examples)));
const require = createRequire(import.meta.url);

/** Rule → ids of the elements that it names, sorted. */
async function findings(file) {
  const { rootElement } = await new BpmnModdle().fromXML(await readFile(new URL(file, examples), 'utf8'));
  // Some rules remember what they have seen: a linter serves one file.
  const linter = new Linter({ config, resolver: new NodeResolver({ require }) });
  const found = {};
  for (const [rule, reports] of Object.entries(await linter.lint(rootElement))) {
    found[rule] = [...new Set(reports.map((report) => report.id))].sort();
  }
  return found;
}

for (const [file, rules] of Object.entries(expected)) {
  test(`bpmnlint finds in ${file} what the check finds`, async () => {
    assert.deepEqual(await findings(file), rules);
  });
}

test('every example diagram is compared', async () => {
  const folders = ['broken', 'suspicious'];
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(new URL(`${folder}/`, examples)))
        .filter((name) => name.endsWith('.bpmn'))
        .map((name) => `${folder}/${name}`),
    ),
  );
  assert.deepEqual(Object.keys(expected).sort(), files.flat().sort());
});
