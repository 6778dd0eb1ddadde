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
import { runChild } from '../../src/adapters/process/run-child.ts';
import { toError } from '../../src/adapters/process/to-error.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { onPlatform } from '../support/platform.ts';

/** What the system has for the terminal that controls this process. */
const terminal = vi.hoisted(() => ({ path: '' }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const at = (path: string) => (path === '/dev/tty' ? terminal.path : path);
  return { ...fs, openSync: (path: string, flags: string) => fs.openSync(at(path), flags) };
});

const posix = process.platform !== 'win32';
const typed = ['SIGINT', 'SIGQUIT'] as const;
const sent = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
const listeners = () => [...typed, ...sent].map((signal) => process.listenerCount(signal));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A line of JavaScript as a child. */
const script = (code: string, variables: Readonly<Record<string, string>> = {}) =>
  runChild({ command: process.execPath, args: ['-e', code], variables });

/** The environment of a child that is given `variables`. */
async function environmentOf(variables: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const file = join(newFolder(), 'environment');
  const code = `require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env))`;
  expect(await script(code, variables)).toBe(0);
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('a child', () => {
  test.each([0, 1, 42])('that ends by itself gives its exit code: %d', async (code) => {
    expect(await script(`process.exit(${code})`)).toBe(code);
  });

  test.skipIf(!posix).each([
    ['SIGTERM', 143],
    ['SIGKILL', 137],
    ['SIGINT', 130],
  ])('that is ended by %s gives %d', async (signal, code) => {
    expect(await script(`process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`)).toBe(code);
  });

  test.skipIf(process.platform !== 'linux')('has the caller’s stdin, stdout and stderr', async () => {
    const file = join(newFolder(), 'streams');
    const links = "[0, 1, 2].map((descriptor) => require('node:fs').readlinkSync('/proc/self/fd/' + descriptor))";
    await script(`require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(${links}))`);
    const own = [0, 1, 2].map((descriptor) => readlinkSync(`/proc/self/fd/${descriptor}`));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(own);
  });

  test('has the caller’s environment, and what it is given in its place', async () => {
    vi.stubEnv('KEYSTOW_TESTS_KEPT', 'kept');
    vi.stubEnv('KEYSTOW_TESTS_TOKEN', 'old');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await environmentOf({ KEYSTOW_TESTS_TOKEN: 'new', KEYSTOW_TESTS_ADDED: 'added' })).toMatchObject({
      KEYSTOW_TESTS_KEPT: 'kept',
      KEYSTOW_TESTS_TOKEN: 'new',
      KEYSTOW_TESTS_ADDED: 'added',
    });
  });

  // Windows takes the two for one whatever is said here.
  test.each(posix ? (['linux', 'win32'] as const) : (['win32'] as const))(
    'on %s has a variable that is spelt otherwise as the system has it',
    async (platform) => {
      vi.stubEnv('KEYSTOW_TESTS_TOKEN', 'old');
      onTestFinished(() => void vi.unstubAllEnvs());
      onPlatform(platform);
      const { KEYSTOW_TESTS_TOKEN, Keystow_Tests_Token } = await environmentOf({ Keystow_Tests_Token: 'new' });
      expect([KEYSTOW_TESTS_TOKEN, Keystow_Tests_Token]).toEqual(
        platform === 'win32' ? [undefined, 'new'] : ['old', 'new'],
      );
    },
  );
});

describe.skipIf(!posix)('a signal to the caller', () => {
  /** A child that ends with 42 by any of the signals, and with 7 when `end` is called, unless one of them came before. */
  function counting() {
    const begun = join(newFolder(), 'begun');
    // Signals come in order: what was sent before is not overtaken.
    const code = `
      for (const signal of ${JSON.stringify([...typed, ...sent])}) process.on(signal, () => process.exit(42));
      process.on('SIGWINCH', () => process.exit(7));
      setInterval(() => {}, 1000);
      require('node:fs').writeFileSync(${JSON.stringify(begun)}, String(process.pid));
    `;
    const exit = script(code);
    const pid = () => (existsSync(begun) ? Number(readFileSync(begun, 'utf8')) : 0);
    const running = vi.waitFor(() => expect(pid()).toBeGreaterThan(0), { timeout: 20_000 });
    return { exit, running, end: () => process.kill(pid(), 'SIGWINCH') };
  }

  test.each([...typed, ...sent])('without a terminal goes to the child: %s', async (signal) => {
    terminal.path = '/nonexistent/tty';
    const child = counting();
    await child.running;
    process.emit(signal, signal);
    expect(await child.exit).toBe(42);
  });

  test.each(sent)('on a terminal goes to the child where it is sent: %s', async (signal) => {
    terminal.path = '/dev/null';
    const child = counting();
    await child.running;
    process.emit(signal, signal);
    expect(await child.exit).toBe(42);
  });

  test.each(typed)(
    'on a terminal has reached the child where it is typed, and ends nothing here: %s',
    async (signal) => {
      terminal.path = '/dev/null';
      const child = counting();
      await child.running;
      expect(process.listenerCount(signal)).toBeGreaterThan(0);
      process.emit(signal, signal);
      child.end();
      expect(await child.exit).toBe(7);
    },
  );

  test('is the caller’s own again when the child has ended, or did not start', async () => {
    const before = listeners();
    const child = counting();
    await child.running;
    expect(listeners()).toEqual(before.map((count) => count + 1));
    child.end();
    await child.exit;
    expect(listeners()).toEqual(before);
    await failure(runChild({ command: '/nonexistent/program', args: [], variables: {} }), 'command-not-found');
    expect(listeners()).toEqual(before);
  });

  test('is on Windows, where it would be the child’s end, not passed on', async () => {
    onPlatform('win32');
    terminal.path = '/nonexistent/tty';
    const before = listeners();
    const child = counting();
    await child.running;
    expect(listeners()).toEqual(before.map((count, index) => (index < typed.length ? count + 1 : count)));
    for (const signal of typed) process.emit(signal, signal);
    child.end();
    expect(await child.exit).toBe(7);
  });
});

describe('a child that does not start', () => {
  const start = (command: string, variables: Readonly<Record<string, string>> = {}) =>
    runChild({ command, args: [], variables });

  /** Until the test ends, commands are looked for in a folder of its own, too. */
  function folderOnPath(): string {
    const folder = newFolder();
    vi.stubEnv('PATH', `${process.env.PATH}${delimiter}${folder}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    return folder;
  }

  function expectNotFound(error: CredentialError): void {
    expect(error.code).toBe('command-not-found');
    expect(error.message).toBe('there is no command keystow-no-such-command');
    expect(error.hint).toBe('check how it is spelt, or give its whole path');
  }

  test.skipIf(!posix)('since there is no such command says so', async () => {
    expectNotFound(await failure(start('keystow-no-such-command'), 'command-not-found'));
  });

  test.skipIf(!posix)('since there is no such command says so where a folder of PATH is closed, too', async () => {
    // To root none is closed, and only the system's word for it can be tried.
    const refused = Object.assign(new Error('spawn EACCES'), { code: 'EACCES' });
    expectNotFound(toError(refused, 'keystow-no-such-command'));
    const folder = folderOnPath();
    chmodSync(folder, 0o000);
    expectNotFound(await failure(start('keystow-no-such-command'), 'command-not-found'));
    chmodSync(folder, 0o700);
  });

  test.skipIf(!posix)('since it is no program says how it becomes one, by its path and by its name', async () => {
    const file = join(folderOnPath(), 'keystow-notes.txt');
    writeFileSync(file, 'notes', { mode: 0o600 });
    for (const command of [file, 'keystow-notes.txt']) {
      const error = await failure(start(command), 'command-not-runnable');
      expect(error.message).toBe(`${command} cannot be run: it may not be executed`);
      expect(error.hint).toBe(`chmod +x "${command}", if it is a program`);
    }
  });

  test.skipIf(!posix)('since the secret is more than a variable holds says what to do instead', async () => {
    const error = await failure(start('true', { TOKEN: 's3cret'.repeat(1_000_000) }), 'command-not-runnable');
    expect(error.message).toBe(
      'true cannot be run: the secret and the arguments are more than the system gives a program',
    );
    expect(error.hint).toBe('have the program read the secret from a pipe instead');
  });

  test.skipIf(!posix)(
    'for any other reason gives the system’s name of it, and nothing of its environment',
    async () => {
      const circle = join(newFolder(), 'circle');
      symlinkSync(circle, circle);
      const error = await failure(start(circle, { TOKEN: 's3cret' }), 'command-not-runnable');
      expect(error.message).toBe(`${circle} cannot be run: ELOOP`);
      expect(error.hint).toBe('run it by itself to see what is amiss');
      expect(error.cause).toBeUndefined();
    },
  );

  test('for a reason without a name is told all the same', () => {
    expect(toError(new Error('something'), 'deploy').message).toBe('deploy cannot be run: the system does not say why');
  });

  test('on Windows may be a file of its shell', async () => {
    onPlatform('win32');
    const orCmd = '; a .cmd or .bat file is run by: cmd /c FILE';
    expect(toError(Object.assign(new Error(), { code: 'ENOENT' }), 'deploy').hint).toBe(
      `check how it is spelt, or give its whole path${orCmd}`,
    );
    const closed = toError(Object.assign(new Error(), { code: 'EACCES' }), 'deploy');
    expect(closed.message).toBe('deploy cannot be run: it may not be executed');
    expect(toError(Object.assign(new Error(), { code: 'UNKNOWN' }), 'deploy').hint).toBe(
      `run it by itself to see what is amiss${orCmd}`,
    );
  });
});
