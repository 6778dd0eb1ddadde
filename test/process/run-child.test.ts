import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runChild, toError } from '../../src/adapters/process/run-child.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { quoteForShell } from '../../src/domain/text/quote.ts';
import { failure } from '../contract/errors.ts';
import { eventually } from '../support/eventually.ts';
import { needsLinux, needsPosix } from '../support/needs.ts';
import { onPlatform } from '../support/platform.ts';

/** Replaces /dev/tty, the controlling terminal of this process. */
const terminal = vi.hoisted(() => ({ path: '' }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const replace = (path: string) => (path === '/dev/tty' ? terminal.path : path);
  return { ...fs, openSync: (path: string, flags: string) => fs.openSync(replace(path), flags) };
});

const posix = process.platform !== 'win32';
const typedSignals = ['SIGINT', 'SIGQUIT'] as const;
const sentSignals = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
const countListeners = () => [...typedSignals, ...sentSignals].map((signal) => process.listenerCount(signal));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs JavaScript code as a child. */
const runScript = (code: string, variables: Readonly<Record<string, string>> = {}) =>
  runChild({ command: process.execPath, args: ['-e', code], variables });

/** Returns the environment of a child that is started with `variables`. */
async function readChildEnvironment(variables: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const file = join(newFolder(), 'environment');
  const code = `require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env))`;
  expect(await runScript(code, variables)).toBe(0);
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('a child', () => {
  test.each([0, 1, 42])('that exits returns its exit code: %d', async (code) => {
    expect(await runScript(`process.exit(${code})`)).toBe(code);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGKILL', 137],
    ['SIGINT', 130],
  ])('that is killed by %s returns %d', needsPosix, async (signal, code) => {
    expect(await runScript(`process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`)).toBe(code);
  });

  test('has the caller’s stdin, stdout and stderr', needsLinux, async () => {
    const file = join(newFolder(), 'streams');
    const links = "[0, 1, 2].map((descriptor) => require('node:fs').readlinkSync('/proc/self/fd/' + descriptor))";
    await runScript(`require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(${links}))`);
    const own = [0, 1, 2].map((descriptor) => readlinkSync(`/proc/self/fd/${descriptor}`));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(own);
  });

  test('has the caller’s environment, with the given variables added or replaced', async () => {
    vi.stubEnv('KEYSTOW_TESTS_KEPT', 'kept');
    vi.stubEnv('KEYSTOW_TESTS_TOKEN', 'old');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await readChildEnvironment({ KEYSTOW_TESTS_TOKEN: 'new', KEYSTOW_TESTS_ADDED: 'added' })).toMatchObject({
      KEYSTOW_TESTS_KEPT: 'kept',
      KEYSTOW_TESTS_TOKEN: 'new',
      KEYSTOW_TESTS_ADDED: 'added',
    });
  });

  // On Windows itself the two spellings are always the same variable.
  test.each(posix ? (['linux', 'win32'] as const) : (['win32'] as const))(
    'on %s, variables that differ in case are handled as the system handles them',
    async (platform) => {
      vi.stubEnv('KEYSTOW_TESTS_TOKEN', 'old');
      onTestFinished(() => void vi.unstubAllEnvs());
      onPlatform(platform);
      const { KEYSTOW_TESTS_TOKEN, Keystow_Tests_Token } = await readChildEnvironment({ Keystow_Tests_Token: 'new' });
      expect([KEYSTOW_TESTS_TOKEN, Keystow_Tests_Token]).toEqual(
        platform === 'win32' ? [undefined, 'new'] : ['old', 'new'],
      );
    },
  );
});

describe('a signal to this process', needsPosix, () => {
  /** Starts a child that exits with 42 on any of the signals. `end` makes it exit with 7 if it received none before. */
  function startChild() {
    const started = join(newFolder(), 'started');
    // Signals arrive in order, so SIGWINCH does not overtake one that was sent earlier.
    const code = `
      for (const signal of ${JSON.stringify([...typedSignals, ...sentSignals])}) process.on(signal, () => process.exit(42));
      process.on('SIGWINCH', () => process.exit(7));
      setInterval(() => {}, 1000);
      require('node:fs').writeFileSync(${JSON.stringify(started)}, String(process.pid));
    `;
    const exit = runScript(code);
    const pid = () => (existsSync(started) ? Number(readFileSync(started, 'utf8')) : 0);
    const running = eventually(() => expect(pid()).toBeGreaterThan(0));
    return { exit, running, end: () => process.kill(pid(), 'SIGWINCH') };
  }

  test.each([...typedSignals, ...sentSignals])('without a terminal is forwarded to the child: %s', async (signal) => {
    terminal.path = '/nonexistent/tty';
    const child = startChild();
    await child.running;
    process.emit(signal, signal);
    expect(await child.exit).toBe(42);
  });

  test.each(sentSignals)('on a terminal is forwarded if it does not come from the keyboard: %s', async (signal) => {
    terminal.path = '/dev/null';
    const child = startChild();
    await child.running;
    process.emit(signal, signal);
    expect(await child.exit).toBe(42);
  });

  test.each(typedSignals)(
    'on a terminal is not forwarded if it comes from the keyboard, and does not end this process: %s',
    async (signal) => {
      terminal.path = '/dev/null';
      const child = startChild();
      await child.running;
      expect(process.listenerCount(signal)).toBeGreaterThan(0);
      process.emit(signal, signal);
      child.end();
      expect(await child.exit).toBe(7);
    },
  );

  test('has its old listeners again after the child has exited or failed to start', async () => {
    const before = countListeners();
    const child = startChild();
    await child.running;
    expect(countListeners()).toEqual(before.map((count) => count + 1));
    child.end();
    await child.exit;
    expect(countListeners()).toEqual(before);
    await failure(runChild({ command: '/nonexistent/program', args: [], variables: {} }), 'command-not-found');
    expect(countListeners()).toEqual(before);
  });

  test('is not forwarded on Windows, where it would terminate the child', async () => {
    onPlatform('win32');
    terminal.path = '/nonexistent/tty';
    const before = countListeners();
    const child = startChild();
    await child.running;
    expect(countListeners()).toEqual(before.map((count, index) => (index < typedSignals.length ? count + 1 : count)));
    for (const signal of typedSignals) process.emit(signal, signal);
    child.end();
    expect(await child.exit).toBe(7);
  });
});

describe('a child that does not start', () => {
  const start = (command: string, variables: Readonly<Record<string, string>> = {}) =>
    runChild({ command, args: [], variables });

  /** Adds a new folder to PATH until the test ends. */
  function addFolderToPath(): string {
    const folder = newFolder();
    vi.stubEnv('PATH', `${process.env.PATH}${delimiter}${folder}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    return folder;
  }

  function expectNotFound(error: CredentialError): void {
    expect(error.code).toBe('command-not-found');
    expect(error.message).toBe('command not found: keystow-no-such-command');
    expect(error.hint).toBe('check the spelling, or use its full path');
  }

  test('because it does not exist is reported as not found', needsPosix, async () => {
    expectNotFound(await failure(start('keystow-no-such-command'), 'command-not-found'));
  });

  test(
    'because it does not exist is reported as not found even if a folder of PATH is unreadable',
    needsPosix,
    async () => {
      // For root every folder is readable, so only the system's error can be tested.
      const accessDenied = Object.assign(new Error('spawn EACCES'), { code: 'EACCES' });
      expectNotFound(toError(accessDenied, 'keystow-no-such-command'));
      const folder = addFolderToPath();
      chmodSync(folder, 0o000);
      expectNotFound(await failure(start('keystow-no-such-command'), 'command-not-found'));
      chmodSync(folder, 0o700);
    },
  );

  test('because it is not executable is reported with the command that changes that', needsPosix, async () => {
    const file = join(addFolderToPath(), "it's-a-program");
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o600 });
    for (const command of [file, "it's-a-program"]) {
      const error = await failure(start(command), 'command-not-runnable');
      expect(error.message).toBe(`${command} cannot be run: it is not executable`);
      expect(error.hint).toBe(`chmod +x ${quoteForShell(file)}`);
    }
  });

  const program = (start: string, mode = 0o600) => {
    const file = join(newFolder(), 'program');
    writeFileSync(file, start, { mode });
    return file;
  };

  test.each([
    ['/etc/passwd', 'it is not a program', /^check the spelling/],
    ['/etc', 'it is a folder', /^use the path/],
    ['/dev/null', 'it is not a program', /^use the path/],
    ['/etc/passwd/deploy', 'a part of its path is not a folder', /^check its path/],
    [() => program('notes'), 'it is not a program', /^check the spelling/],
    [() => program(''), 'it is not a program', /^check the spelling/],
    [() => program('\x7fELF'), 'it is not executable', /^chmod \+x /],
    [() => program('#!/no/such -x\n', 0o700), 'its interpreter was not found: /no/such', /^correct its first line/],
    [() => program('#!/etc/passwd\n', 0o700), 'permission denied', /interpreter/],
  ] as const)(
    '%s: no hint suggests making something executable that is no program',
    needsPosix,
    async (path, why, hint) => {
      const command = typeof path === 'string' ? path : path();
      const error = await failure(start(command), 'command-not-runnable');
      expect(error.message).toBe(`${command} cannot be run: ${why}`);
      expect(error.hint).toMatch(hint);
    },
  );

  test('because the secret is too large for a variable is reported with an alternative', needsPosix, async () => {
    const error = await failure(start('true', { TOKEN: 's3cret'.repeat(1_000_000) }), 'command-not-runnable');
    expect(error.message).toBe('true cannot be run: the secret and the arguments are too large for a process');
    expect(error.hint).toBe('let the program read the secret from a pipe instead');
  });

  test(
    'for another reason is reported with the system’s error code, and without its environment',
    needsPosix,
    async () => {
      const circle = join(newFolder(), 'circle');
      symlinkSync(circle, circle);
      const error = await failure(start(circle, { TOKEN: 's3cret' }), 'command-not-runnable');
      expect(error.message).toBe(`${circle} cannot be run: ELOOP`);
      expect(error.hint).toBe('run it directly to see its error');
      expect(error.cause).toBeUndefined();
    },
  );

  test('because it is empty, as from an unset variable, is reported as not found', async () => {
    const error = await failure(start(''), 'command-not-found');
    expect(error.message).toBe('the command is empty');
  });

  test('for a reason without a code is reported too', () => {
    expect(toError(new Error('something'), 'deploy').message).toBe('deploy cannot be run: the system gave no reason');
  });

  test('on Windows may be a batch file, which the hint mentions', async () => {
    onPlatform('win32');
    const batchHint = '; to run a .cmd or .bat file: cmd /c FILE';
    expect(toError(Object.assign(new Error(), { code: 'ENOENT' }), 'deploy').hint).toBe(
      `check the spelling, or use its full path${batchHint}`,
    );
    const notExecutable = toError(Object.assign(new Error(), { code: 'EACCES' }), 'deploy');
    expect(notExecutable.code).toBe('command-not-runnable');
    expect(toError(Object.assign(new Error(), { code: 'UNKNOWN' }), 'deploy').hint).toBe(
      `run it directly to see its error${batchHint}`,
    );
  });
});
