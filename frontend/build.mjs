/**
 * Builds every bundle into app/static/dist.
 *
 * The result depends only on the sources and the lock file: fixed file names, no source maps, no time stamps. The hash
 * of each file is in manifest.json, which the templates use for `?v=`.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sprite } from './icons.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(here, '../app/static/dist');

/** A folder of src with an index is a bundle of its name; a style sheet of that name goes with it. */
const folders = (await readdir(path.join(here, 'src'))).sort();
const entries = (candidates) =>
  Object.fromEntries(
    folders.flatMap((name) => {
      const entry = candidates(name).find((file) => existsSync(path.join(here, file)));
      return entry ? [[name, entry]] : [];
    }),
  );
const scripts = entries((name) => [`src/${name}/index.js`, `src/${name}/index.jsx`]);
const styles = Object.fromEntries(
  Object.entries(entries((name) => [`src/css/${name}.css`])).filter(([name]) => name in scripts),
);

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: scripts,
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  charset: 'utf8',
  // Offices still run Chromium 109 (the last one for Windows 7) and browsers built on it.
  target: ['chrome105', 'firefox115'],
  jsx: 'automatic',
  alias: {
    '@rjsf/validator-ajv8': './src/form/no-ajv.js',
    '@bpmn-io/feel-editor': './src/tables/no-editors.js',
    'dmn-js-shared/lib/components/LiteralExpression': './src/tables/no-editors.js',
  },
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'external',
  logLevel: 'warning',
});

await build({
  absWorkingDir: here,
  entryPoints: styles,
  outdir: out,
  // The icon font comes inside the style sheet; its copies for browsers of old are left out.
  loader: { '.eot': 'empty', '.svg': 'empty' },
  bundle: true,
  minify: true,
  charset: 'utf8',
  target: ['chrome105', 'firefox115'],
  legalComments: 'inline',
  logLevel: 'warning',
});

await writeFile(path.join(out, 'icons.svg'), await sprite(here));

const manifest = {};
for (const name of (await readdir(out)).sort()) {
  const bytes = await readFile(path.join(out, name));
  manifest[name] = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
await writeFile(path.join(out, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
