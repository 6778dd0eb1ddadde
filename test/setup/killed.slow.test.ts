import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import {
  missingStrace,
  parseCalls,
  repeatableEnvironment,
  straceKilling,
  straceRecording,
  writtenPaths,
} from '../durability/strace.ts';
import { findScript } from '../support/programs.ts';

const before = '[user]\r\n\tname = A';
const after = `${before}\r\n[credential]\r\n\thelper = keystow`;
const paths = [
  '.',
  '.config',
  '.config/keystow',
  ...['.gitconfig', '.config/keystow/setup.json'].flatMap(writtenPaths),
];

/** A home with a configuration of git, and keystow on PATH. */
function createHome(root: string, name: string): string {
  const home = join(root, name);
  mkdirSync(join(home, 'bin'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, '.gitconfig'), before, { mode: 0o640 });
  writeFileSync(join(home, 'bin/git-credential-keystow'), '#!/bin/sh\n', { mode: 0o755 });
  return home;
}

function run(home: string, args: readonly string[], trace: readonly string[] = []) {
  const [program = '', ...rest] = [...trace, process.execPath, findScript('keystow'), 'setup', 'git', ...args];
  const PATH = `${join(home, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`;
  const env = { HOME: home, PATH, ...(trace.length > 0 && repeatableEnvironment) };
  return spawnSync(program, rest, { env, encoding: 'utf8' });
}

describeStore('keystow setup', 'strace', missingStrace(), () => {
  test.each(['setup', 'undo'])('[SET45] killed at any system call of the %s: a second run completes it', (kind) => {
    const root = mkdtempSync(join(tmpdir(), 'keystow-killed-'));
    try {
      const template = createHome(root, 'template');
      if (kind === 'undo') expect(run(template, ['--yes']).status).toBe(0);
      const args = kind === 'undo' ? ['--undo'] : ['--yes'];
      const fresh = (name: string) => {
        const home = join(root, name);
        cpSync(template, home, { recursive: true });
        return { home, log: `${home}.log` };
      };
      const recorded = fresh('recorded');
      expect(run(recorded.home, args, straceRecording(recorded.log, recorded.home, paths)).status).toBe(0);
      const calls = parseCalls(readFileSync(recorded.log, 'utf8'), recorded.home, paths);
      expect(calls.length).toBeGreaterThan(20);
      for (const [index, call] of calls.entries()) {
        const { home, log } = fresh(`${index}`);
        const what = JSON.stringify(call);
        run(home, args, straceKilling(log, home, call));
        const read = () => readFileSync(join(home, '.gitconfig'), 'utf8');
        expect([before, after], what).toContain(read());
        const again = run(home, args);
        expect(again.status, `${what}: ${again.stderr}`).toBe(0);
        expect(read(), what).toBe(kind === 'undo' ? before : after);
        if (kind === 'setup') expect(run(home, ['--undo']).status, what).toBe(0);
        expect(read(), what).toBe(before);
        expect(readdirSync(home).toSorted(), what).toEqual(['.config', '.gitconfig', 'bin']);
        // The next run takes over the lock of a dead process, and only the undo may have nothing left to run for.
        const lock = kind === 'undo' ? ['setup.json.lock'] : [];
        expect(['setup.json', ...lock], what).toEqual(
          expect.arrayContaining(readdirSync(join(home, '.config/keystow'))),
        );
        rmSync(home, { recursive: true });
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
