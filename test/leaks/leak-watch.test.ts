import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingStrace } from '../durability/strace.ts';
import { LeakWatch } from './leak-watch.ts';

/** Runs a program with the source `script` and these arguments, and returns its leaks. */
function findLeaksOf(script: string, ...args: readonly string[]): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'keystow-leaks-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const home = join(root, 'home');
  mkdirSync(home);
  const watch = new LeakWatch(true);
  watch.add('pa55word');
  const program = join(root, 'program.mjs');
  writeFileSync(program, script);
  writeFileSync(join(root, 'run'), `#!/bin/sh\n${watch.wrapCommand(`'${process.execPath}' '${program}' "$@"`)}\n`);
  const { status, stderr } = spawnSync('sh', [join(root, 'run'), ...args], { cwd: home, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return watch.end([home]).map((leak) => leak.replaceAll(home, '~'));
}

const spawn = "import { spawnSync } from 'node:child_process';";
const fs = "import fs from 'node:fs';";

describeStore('a program that leaks a secret is detected', 'strace', missingStrace(), () => {
  test.each([
    ['on stdout', "console.log('s3cret')", 's3cret plain was written to stdout'],
    ['on stderr', "console.error('s3cret')", 's3cret plain was written to stderr'],
    ['on stdout, in base64', "console.log(btoa('my s3cret'))", 's3cret in base64 was written to stdout'],
    ['as an argument', `${spawn} spawnSync('true', ['--password=pa55word'])`, 'pa55word plain was an argument of true'],
    [
      'in the environment of a child',
      `${spawn} spawnSync('true', { env: { X: 's3cret' } })`,
      's3cret plain was in the environment of true',
    ],
    [
      'in the environment of a child’s child',
      `${spawn} spawnSync('sh', ['-c', 'read X; export X; true; env true'], { input: 's3cret\\n' })`,
      's3cret plain was in the environment of env',
    ],
    [
      'in a file that is deleted again',
      `${fs} await fs.promises.writeFile('f', 's3cret'); fs.unlinkSync('f')`,
      's3cret plain was written to ~/f',
    ],
    ['in the name of a file', `${fs} fs.writeFileSync('s3cret', '')`, 's3cret plain is left in ~/s3cret'],
    [
      'to another process, if it is the passphrase',
      `${spawn} spawnSync('true', { input: 'correct horse' })`,
      'correct horse plain was written to ',
    ],
  ])('[LK1] %s', (_, script, leak) => {
    expect(findLeaksOf(script, 'set').join('\n')).toContain(leak);
  });

  test('a program that does not leak is not reported', () => {
    expect(findLeaksOf("console.log('s3cret')", 'get', 'demo', 'alice')).toEqual([]);
    expect(findLeaksOf("console.log('s3cret')", 'auth', 'token')).toEqual([]);
    expect(findLeaksOf(`${spawn} spawnSync('cat', { input: 's3cret' })`, 'set')).toEqual([]);
    expect(findLeaksOf(`${spawn} spawnSync('true', { env: { X: 's3cret' } })`, 'exec', '--env', 'X')).toEqual([]);
    expect(findLeaksOf('', 'set-key', 's3cret')).toEqual([]);
  });
});
