import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'rolldown/utils';
import { describe, expect, test } from 'vitest';
import { findScript, programs } from '../support/programs.ts';

const library = (file: string) => resolve(import.meta.dirname, '../../dist', file);

/** Runs JavaScript in a Node that says it's another version. The real ones run in test:nodes. */
function runAs(version: string, script: string, args: readonly string[] = []): ReturnType<typeof spawnSync> {
  const pretend = `Object.defineProperties(process, {
    version: { value: 'v${version}' },
    versions: { value: { ...process.versions, node: '${version}' } },
  });
  process.argv.splice(1, 0, 'entry');`;
  return spawnSync(process.execPath, ['-e', pretend + script, '--', ...args], { encoding: 'utf8' });
}

describe.each(programs)('%s', (program) => {
  const line = (version: string) => `${program} needs Node.js 20.19 or newer; this is v${version}\n`;

  test.each(['12.22.12', '14.21.3', '16.20.2', '18.20.8', '20.18.3'])('prints one line on Node %s', (version) => {
    const { stdout, stderr, status } = runAs(version, `require(${JSON.stringify(findScript(program))})`, ['--version']);
    expect({ stderr, status }).toEqual({ stderr: line(version), status: 1 });
    // Docker reads errors from stdout.
    expect(stdout).toBe(program.startsWith('docker-') ? line(version) : '');
  });

  test.each(['20.19.0', '21.0.0', '22.1.0', '26.10.0', '100.0.0'])('works on Node %s', (version) => {
    const { stderr, status } = runAs(version, `require(${JSON.stringify(findScript(program))})`, ['--version']);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('starts with a file that Node 12 parses, and checks the version in its first statement', () => {
    const text = readFileSync(findScript(program), 'utf8');
    const print = (target: string) => transformSync('entry.cjs', text, { target, sourceType: 'commonjs' }).code;
    expect(print('node12') === print('esnext'), 'it has syntax that Node 12 lacks').toBe(true);
    const check = text.indexOf('process.versions.node');
    expect(check).toBeGreaterThan(0);
    for (const later of ['require(', 'exports']) {
      const at = text.indexOf(later);
      expect(at === -1 || at > check, later).toBe(true);
    }
  });
});

test.each(['index', 'keytar'])(
  'import of %s: what an old Node gets has syntax that Node 12 parses, and the same exports',
  (name) => {
    const path = library(`esm/${name}-by-require.mjs`);
    const text = readFileSync(path, 'utf8');
    const print = (target: string) => transformSync('entry.mjs', text, { target, sourceType: 'module' }).code;
    expect(print('node12')).toBe(print('esnext'));
    const describe = (file: string) => `import(${JSON.stringify(pathToFileURL(file).href)}).then((library) =>
    console.log(Object.keys(library).sort(), Object.keys(library.default)))`;
    const run = (file: string) => spawnSync(process.execPath, ['-e', describe(file)], { encoding: 'utf8' });
    expect(run(path)).toMatchObject({ stdout: run(library(`esm/${name}.mjs`)).stdout, stderr: '', status: 0 });
  },
);

test.each([
  ['require', 'cjs/index.cjs'],
  ['require', 'cjs/keytar.cjs'],
  ['import', 'esm/index.mjs'],
  ['import', 'esm/keytar.mjs'],
  ['import', 'esm/index-by-require.mjs'],
  ['import', 'esm/keytar-by-require.mjs'],
])('%s of the library (%s) throws one clear error on an old Node', (how, file) => {
  const report = '(error) => console.log(String(error))';
  const script =
    how === 'require'
      ? `try { require(${JSON.stringify(library(file))}) } catch (error) { (${report})(error) }`
      : `import(${JSON.stringify(pathToFileURL(library(file)).href)}).catch(${report})`;
  expect(runAs('18.20.8', script).stdout).toBe('Error: keystow needs Node.js 20.19 or newer; this is v18.20.8\n');
  expect(runAs('20.19.0', script)).toMatchObject({ stdout: '', stderr: '', status: 0 });
});
