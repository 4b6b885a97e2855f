/** Whatever the editor may say is said in Chinese. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { WORDS, translate } from '../src/designer/language/words.js';

const modules = new URL('../node_modules/', import.meta.url).pathname;

function sources(folder) {
  const files = readdirSync(path.join(modules, folder), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && /(?<!\.spec)\.js$/.test(file.name))
    .map((file) =>
      readFileSync(path.join(file.parentPath, file.name), 'utf8').replace(/^\s*(\*|\/\/).*$/gm, ''),
    );
}

/** @param {string[]} texts @param {RegExp} pattern */
const said = (texts, pattern) =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((found) => found[2].trim())));

const LATIN = /[A-Za-z]{2,}/;

function assertChinese(words) {
  assert.ok(words.size > 0);
  assert.deepEqual(
    [...words].filter((word) => LATIN.test(word) && LATIN.test(translate(word).replace(/{\w+}/g, ''))),
    [],
  );
}

const editor = ['bpmn-js/lib', 'diagram-js/lib', 'diagram-js-minimap/dist'].flatMap(sources);

test('what bpmn-js asks to be translated has its words', () =>
  assertChinese(said(editor, /translate\(\s*(['"])([^'"]*[^'" ])\1\s*[,)]/g)));

test('the kinds into which an element can be turned have their words', () =>
  assertChinese(said(sources('bpmn-js/lib/features/replace'), /label: (['"])(.+?)\1/g)));

test('alignments have their words', () => {
  for (const way of ['left', 'center', 'right', 'top', 'middle', 'bottom'])
    assert.ok(WORDS[`Align elements ${way}`]);
});

test('what the walk with tokens says and never asks to be translated has its words', () => {
  const walk = sources('bpmn-js-token-simulation/lib/features');
  assertChinese(said(walk, /text: (?:elementName \|\| )?(['"])(.+?)\1/g));
  assertChinese(said(walk, /(title|aria-label)="([^"$]+)"/g));
  assertChinese(said(walk, /(>)\s*([A-Z][A-Za-z ]+?)\s*</g));
});

test('what is no word of the editor stays as it is: names that people gave', () => {
  assert.equal(translate('提交 report'), '提交 report');
  assert.equal(translate('Open {element}', { element: '子流程' }), '打开子流程');
});
