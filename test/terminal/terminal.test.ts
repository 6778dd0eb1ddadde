import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { createTerminal } from '../../src/adapters/terminal/terminal.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { eventually } from '../support/eventually.ts';
import { onPlatform } from '../support/platform.ts';
import { missingPseudoTerminal } from '../support/pseudo-terminal.ts';
import { openTestTerminal, type TestTerminal } from './test-terminal.ts';

/** Replaces /dev/tty, the controlling terminal of this process. */
const controlling = vi.hoisted(() => ({ path: '' }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const replace = (path: string) => (path === '/dev/tty' ? controlling.path : path);
  return { ...fs, openSync: (path: string, flags: string) => fs.openSync(replace(path), flags) };
});

const [enter, controlC, controlD, controlT, controlU] = ['\r', '\x03', '\x04', '\x14', '\x15'];
/** Allows a busy machine more time than the default second. */
const stayHidden = { stayHidden: true };
const toText = async (secret: Promise<Secret>) => Buffer.from((await secret).expose()).toString();
const create = (options: { readonly quiet?: boolean; readonly interactive?: boolean } = {}) =>
  createTerminal({ program: 'keystow', quiet: false, interactive: true, ...options });

/** Makes stdin a pipe. */
function usePipe(): void {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([]) as typeof process.stdin);
}

let killed: MockInstance<typeof process.kill>;
beforeEach(() => {
  controlling.path = '/nonexistent/tty';
  vi.restoreAllMocks();
  killed = vi.spyOn(process, 'kill').mockReturnValue(true);
});

describe('a message for the user', () => {
  test.each([
    [false, ['keystow: for information\n', 'keystow: beware\n']],
    [true, ['keystow: beware\n']],
  ])('is written to stderr after the program’s name (quiet: %s): %j', (quiet, lines) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const terminal = create({ quiet });
    terminal.notice('for information');
    terminal.warn('beware');
    expect(written.mock.calls.map(([line]) => line)).toEqual(lines);
  });
});

describe('prompting is not possible', () => {
  const expectFailure = async (terminal = create()) => {
    const error = await failure(terminal.askHidden('Passphrase:'), 'passphrase-required');
    expect(error.message).toBe('Cannot prompt for passphrase in non-interactive environment');
    terminal.restoreEcho();
  };

  test('if stdin is a pipe and the process has no controlling terminal', async () => {
    usePipe();
    await expectFailure();
  });

  test('if the controlling terminal is not a terminal', async () => {
    usePipe();
    controlling.path = '/dev/null';
    await expectFailure();
  });
});

describeStore('on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  let own: TestTerminal;
  beforeEach(async () => {
    own = await openTestTerminal();
  });

  async function answer(question: string, line: string): Promise<void> {
    await own.waitFor(question);
    own.type(`${line}${enter}`);
  }

  /** Asserts that the terminal echoes again. */
  async function expectEcho(): Promise<void> {
    own.type('visible');
    await own.waitFor('visible');
  }

  test('as stdin, the answer is read without echo', async () => {
    own.useAsStdin();
    const asked = toText(create().askHidden('Passphrase:'));
    await answer('Passphrase:', `wrong${controlU}pässwörd${controlT} 🔑`);
    expect(await asked).toBe('pässwörd 🔑');
    await expectEcho();
    const shown = stripVTControlCharacters(own.shown()).replace(own.path, '').replace('visible', '');
    expect(shown.replace(/(Passphrase:|\s)+/g, '')).toBe('');
  });

  test('the answer is read from the controlling terminal if stdin is a pipe', async () => {
    usePipe();
    controlling.path = own.path;
    const terminal = create();
    const asked = toText(terminal.askHidden('Passphrase:', stayHidden));
    await answer('Passphrase:', 'pässwörd');
    expect(await asked).toBe('pässwörd');
    const opened = own.countOpen();
    expect(opened).toBeGreaterThan(0);
    terminal.restoreEcho();
    await expectEcho();
    expect(own.countOpen()).toBeLessThan(opened);
    expect(own.shown()).not.toContain('pässwörd');
  });

  test.each([
    ['the session is not interactive', { interactive: false }, 'linux'],
    ['the system is Windows', {}, 'win32'],
  ] as const)('the controlling terminal is not used if %s', async (_, options, platform) => {
    usePipe();
    onPlatform(platform);
    controlling.path = own.path;
    await failure(create(options).askHidden('Passphrase:'), 'passphrase-required');
    expect(own.countOpen()).toBe(0);
  });

  test('stdin is not used if the session is not interactive', async () => {
    own.useAsStdin();
    await failure(create({ interactive: false }).askHidden('Passphrase:'), 'passphrase-required');
    await expectEcho();
  });

  test('input between two prompts is neither shown nor used as an answer', async () => {
    const stdin = own.useAsStdin();
    const terminal = create();
    const first = toText(terminal.askHidden('Passphrase:', stayHidden));
    await answer('Passphrase:', 'first');
    expect(await first).toBe('first');
    const read = stdin.bytesRead;
    own.type(`ahead${enter}`);
    await eventually(() => expect(stdin.bytesRead).toBe(read + 'ahead\r'.length));
    const second = toText(terminal.askHidden('Repeat it:', stayHidden));
    await answer('Repeat it:', 'second');
    expect(await second).toBe('second');
    terminal.restoreEcho();
    await expectEcho();
    expect(own.shown()).not.toMatch(/first|ahead|second/);
  });

  test('Ctrl-C between two prompts interrupts the program', async () => {
    const stdin = own.useAsStdin();
    const terminal = create();
    const asked = terminal.askHidden('Passphrase:', stayHidden);
    await answer('Passphrase:', 'first');
    await asked;
    const read = stdin.bytesRead;
    own.type('x');
    await eventually(() => expect(stdin.bytesRead).toBeGreaterThan(read));
    expect(killed).not.toHaveBeenCalled();
    own.type(`y${controlC}`);
    await eventually(() => expect(killed.mock.calls).toEqual([[process.pid, 'SIGINT']]));
    terminal.restoreEcho();
  });

  test.each([
    ['Ctrl-C', `half${controlC}`],
    ['the end of input', controlD],
  ])('%s at a prompt cancels it, and restores the echo', async (_, keys) => {
    own.useAsStdin();
    const terminal = create();
    const first = terminal.askHidden('Passphrase:', stayHidden);
    await answer('Passphrase:', 'first');
    await first;
    const asked = terminal.askHidden('Repeat it:');
    await own.waitFor('Repeat it:');
    own.type(keys);
    expect((await failure(asked, 'cancelled')).message).toBe('the prompt was cancelled');
    expect(killed).not.toHaveBeenCalled();
    await expectEcho();
    expect(own.shown()).not.toContain('half');
  });

  test('stdin is read only while it is hidden', async () => {
    const stdin = own.useAsStdin();
    const countReads = () => process.getActiveResourcesInfo().filter((name) => name === 'TTYWrap').length;
    const before = countReads();
    const terminal = create();
    for (const line of ['first', 'second']) {
      const asked = toText(terminal.askHidden(`Type ${line}:`, stayHidden));
      await answer(`Type ${line}:`, line);
      expect(await asked).toBe(line);
      terminal.restoreEcho();
      terminal.restoreEcho();
      expect([stdin.isPaused(), stdin.destroyed]).toEqual([true, false]);
      // From now on, input belongs to the next reader.
      stdin.emit('data', Buffer.from(controlC));
      expect(killed).not.toHaveBeenCalled();
      expect(countReads()).toBeLessThanOrEqual(before);
    }
  });
});
