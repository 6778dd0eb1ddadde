import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingStrace } from '../durability/strace.ts';
import { findScript } from '../support/programs.ts';

/** The calls that change a folder or a file. */
const calls = ['mkdir', 'rename', 'rmdir', 'unlink', 'fchmod', 'ftruncate'];

/** More than any command makes of one of these calls. */
const maxCalls = 40;

describeStore('a command that is killed at each change that it makes', 'strace', missingStrace(), () => {
  function newFolder() {
    const folder = mkdtempSync(join(tmpdir(), 'keystow-killed-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  function run(home: string, args: readonly string[], { input = '', prefix = [] as readonly string[] } = {}) {
    const [file = '', ...rest] = [...prefix, process.execPath, findScript('keystow'), ...args];
    const env = { PATH: process.env.PATH ?? '', HOME: home, KEYSTOW_DISABLE_KEYRING: '1', UV_THREADPOOL_SIZE: '1' };
    const { status, signal, stdout, stderr } = spawnSync(file, rest, { env, input, encoding: 'utf8' });
    return { end: signal ?? status, stdout, stderr };
  }

  const copy = (template: string) => (home: string) => cpSync(template, home, { recursive: true });

  /** Runs the command in homes that `prepare` creates, killed at the nth of each call in turn, and checks each home. */
  function killAtEachCall(
    prepare: (home: string) => void,
    args: readonly string[],
    check: (home: string, what: string) => void,
  ) {
    const folder = newFolder();
    let killed = 0;
    for (const call of calls) {
      for (let nth = 1; nth <= maxCalls; nth++) {
        const home = join(folder, `${call}-${nth}`);
        prepare(home);
        const trace = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`];
        const prefix = ['strace', '-f', '-o', '/dev/null', ...trace];
        const { end } = run(home, args, { prefix });
        check(home, `killed at ${call} ${nth}`);
        if (end === 0) break;
        killed += 1;
      }
    }
    expect(killed).toBeGreaterThan(5);
  }

  test('[CLI91] reset: the file stays or is in the backup, and the same again ends as if nothing had been', () => {
    const template = join(newFolder(), 'alice');
    mkdirSync(template);
    expect(run(template, ['set', 'demo', 'alice'], { input: 's3cret' }).end).toBe(0);
    const config = '.config/keystow';
    const whole = readFileSync(join(template, config, 'credentials.json'));
    killAtEachCall(copy(template), ['reset', '--yes'], (home, what) => {
      const copies = readdirSync(join(home, config)).filter((name) => /^credentials\.json($|\.backup-)/.test(name));
      expect(
        copies.map((name) => readFileSync(join(home, config, name)).equals(whole)),
        what,
      ).toEqual([true]);
      expect(run(home, ['reset', '--yes']).end, what).toBe(0);
      expect(run(home, ['list']), what).toMatchObject({ end: 0, stdout: '' });
      expect(run(home, ['set', 'demo', 'bob'], { input: 'new' }).end, what).toBe(0);
      expect(run(home, ['get', 'demo', 'bob']).stdout, what).toBe('new');
    });
  }, 600_000);

  test('[CLI92] doctor --adopt-home: the old home directory or the new one opens the file, and it can be repeated', () => {
    const [oldHome, template] = [join(newFolder(), 'alice'), join(newFolder(), 'bob')];
    mkdirSync(oldHome);
    expect(run(oldHome, ['set', 'demo', 'alice'], { input: 's3cret' }).end).toBe(0);
    renameSync(oldHome, template);
    const adopt = ['doctor', '--adopt-home', oldHome];
    killAtEachCall(copy(template), adopt, (home, what) => {
      expect(existsSync(join(home, '.config/keystow/credentials.json')), what).toBe(true);
      expect(run(home, adopt).end, what).toBe(0);
      expect(run(home, ['get', 'demo', 'alice']).stdout, what).toBe('s3cret');
    });
  }, 600_000);

  test('[CLI118] rename: one of the names has the secret, and the same again completes it, with the expiry', () => {
    const rename = ['rename', 'demo', 'old', 'other', 'new'];
    const prepare = (home: string) => {
      mkdirSync(home);
      expect(run(home, ['set', '--expires', '2099-12-31', 'demo', 'old'], { input: 's3cret' }).end).toBe(0);
    };
    killAtEachCall(prepare, rename, (home, what) => {
      const held = [run(home, ['get', 'demo', 'old']), run(home, ['get', 'other', 'new'])];
      const secrets = held.flatMap(({ end, stdout }) => (end === 0 ? stdout : []));
      expect(secrets.length, what).toBeGreaterThan(0);
      expect(new Set(secrets), what).toEqual(new Set(['s3cret']));
      // Killed after the old name's secret was removed, there may be nothing left to rename.
      const isComplete = run(home, ['list']).stdout === 'other\tnew\n';
      expect(isComplete ? [0, 1] : [0], what).toContain(run(home, rename).end);
      expect(run(home, ['list', '--json']).stdout, what).toMatch(/"expiresAt": ?"2099-12-31T00:00:00.000Z"/);
      expect(run(home, ['list']).stdout, what).toBe('other\tnew\n');
      expect(run(home, ['get', 'other', 'new']).stdout, what).toBe('s3cret');
    });
  }, 600_000);
});
