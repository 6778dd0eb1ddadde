import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { createTerminal } from '../../src/adapters/terminal/terminal.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { onPlatform } from '../support/platform.ts';
import { missingPseudoTerminal } from '../support/pseudo-terminal.ts';
import { type OwnTerminal, ownTerminal } from './own-terminal.ts';

/** What the system has for the terminal that controls this process. */
const controlling = vi.hoisted(() => ({ path: '' }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const at = (path: string) => (path === '/dev/tty' ? controlling.path : path);
  return { ...fs, openSync: (path: string, flags: string) => fs.openSync(at(path), flags) };
});

const [enter, controlC, controlD, controlT, controlU] = ['\r', '\x03', '\x04', '\x14', '\x15'];
const stayHidden = { stayHidden: true };
const textOf = async (secret: Promise<Secret>) => Buffer.from((await secret).expose()).toString();
const create = (options: { readonly quiet?: boolean; readonly interactive?: boolean } = {}) =>
  createTerminal({ program: 'keystow', quiet: false, interactive: true, ...options });

/** stdin is a pipe. */
function fromPipe(): void {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([]) as typeof process.stdin);
}

let killed: MockInstance<typeof process.kill>;
beforeEach(() => {
  controlling.path = '/nonexistent/tty';
  vi.restoreAllMocks();
  killed = vi.spyOn(process, 'kill').mockReturnValue(true);
});

describe('a line for the user', () => {
  test.each([
    [false, ['keystow: for information\n', 'keystow: beware\n']],
    [true, ['keystow: beware\n']],
  ])('goes to stderr behind the program’s name; where quiet is %s: %j', (quiet, lines) => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const terminal = create({ quiet });
    terminal.notice('for information');
    terminal.warn('beware');
    expect(said.mock.calls.map(([line]) => line)).toEqual(lines);
  });
});

describe('where there is nobody to ask', () => {
  const expectRefused = async (terminal = create()) => {
    const error = await failure(terminal.askHidden('Passphrase:'), 'passphrase-required');
    expect(error.message).toBe('Cannot prompt for passphrase in non-interactive environment');
    terminal.restoreEcho();
  };

  test('since stdin is a pipe and no terminal controls the process', async () => {
    fromPipe();
    await expectRefused();
  });

  test('since what controls the process is no terminal', async () => {
    fromPipe();
    controlling.path = '/dev/null';
    await expectRefused();
  });
});

describeStore('on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  let own: OwnTerminal;
  beforeEach(async () => {
    own = await ownTerminal();
  });

  async function answer(question: string, line: string): Promise<void> {
    await own.waitFor(question);
    own.type(`${line}${enter}`);
  }

  /** Holds that what is typed is shown again. */
  async function expectShown(): Promise<void> {
    own.type('visible');
    await own.waitFor('visible');
  }

  test('that is stdin the answer to a question is what was typed, and is not shown', async () => {
    own.asStdin();
    const asked = textOf(create().askHidden('Passphrase:'));
    await answer('Passphrase:', `wrong${controlU}pässwörd${controlT} 🔑`);
    expect(await asked).toBe('pässwörd 🔑');
    await expectShown();
    const shown = stripVTControlCharacters(own.shown()).replace(own.path, '').replace('visible', '');
    expect(shown.replace(/(Passphrase:|\s)+/g, '')).toBe('');
  });

  test('that controls the process the answer is typed where stdin is a pipe', async () => {
    fromPipe();
    controlling.path = own.path;
    const terminal = create();
    const asked = textOf(terminal.askHidden('Passphrase:', stayHidden));
    await answer('Passphrase:', 'pässwörd');
    expect(await asked).toBe('pässwörd');
    const opened = own.opened();
    expect(opened).toBeGreaterThan(0);
    terminal.restoreEcho();
    await expectShown();
    expect(own.opened()).toBeLessThan(opened);
    expect(own.shown()).not.toContain('pässwörd');
  });

  test.each([
    ['nobody is there to answer', { interactive: false }, 'linux'],
    ['it is Windows', {}, 'win32'],
  ] as const)('that controls the process nobody is asked where %s', async (_, options, platform) => {
    fromPipe();
    onPlatform(platform);
    controlling.path = own.path;
    await failure(create(options).askHidden('Passphrase:'), 'passphrase-required');
    expect(own.opened()).toBe(0);
  });

  test('that is stdin nobody is asked where nobody is there to answer', async () => {
    own.asStdin();
    await failure(create({ interactive: false }).askHidden('Passphrase:'), 'passphrase-required');
    await expectShown();
  });

  test('nothing is shown of what is typed between two questions, and nothing of it is an answer', async () => {
    const stdin = own.asStdin();
    const terminal = create();
    const first = textOf(terminal.askHidden('Passphrase:', stayHidden));
    await answer('Passphrase:', 'first');
    expect(await first).toBe('first');
    const read = stdin.bytesRead;
    own.type(`ahead${enter}`);
    await vi.waitFor(() => expect(stdin.bytesRead).toBe(read + 'ahead\r'.length));
    const second = textOf(terminal.askHidden('Repeat it:', stayHidden));
    await answer('Repeat it:', 'second');
    expect(await second).toBe('second');
    terminal.restoreEcho();
    await expectShown();
    expect(own.shown()).not.toMatch(/first|ahead|second/);
  });

  test('Ctrl-C between two questions is what it always is', async () => {
    const stdin = own.asStdin();
    const terminal = create();
    const asked = terminal.askHidden('Passphrase:', stayHidden);
    await answer('Passphrase:', 'first');
    await asked;
    const read = stdin.bytesRead;
    own.type('x');
    await vi.waitFor(() => expect(stdin.bytesRead).toBeGreaterThan(read));
    expect(killed).not.toHaveBeenCalled();
    own.type(`y${controlC}`);
    await vi.waitFor(() => expect(killed.mock.calls).toEqual([[process.pid, 'SIGINT']]));
    terminal.restoreEcho();
  });

  test.each([
    ['Ctrl-C', `half${controlC}`],
    ['the end of input', controlD],
  ])('%s at a question calls it off, and what is typed is shown again', async (_, keys) => {
    own.asStdin();
    const terminal = create();
    const first = terminal.askHidden('Passphrase:', stayHidden);
    await answer('Passphrase:', 'first');
    await first;
    const asked = terminal.askHidden('Repeat it:');
    await own.waitFor('Repeat it:');
    own.type(keys);
    expect((await failure(asked, 'cancelled')).message).toBe('the question was not answered');
    expect(killed).not.toHaveBeenCalled();
    await expectShown();
    expect(own.shown()).not.toContain('half');
  });

  test('that is stdin is read only for as long as it is hidden', async () => {
    const stdin = own.asStdin();
    const waiting = () => process.getActiveResourcesInfo().filter((name) => name === 'TTYWrap').length;
    const before = waiting();
    const terminal = create();
    for (const line of ['first', 'second']) {
      const asked = textOf(terminal.askHidden(`Type ${line}:`, stayHidden));
      await answer(`Type ${line}:`, line);
      expect(await asked).toBe(line);
      terminal.restoreEcho();
      terminal.restoreEcho();
      expect([stdin.isPaused(), stdin.destroyed]).toEqual([true, false]);
      // What comes now is for whoever reads next.
      stdin.emit('data', Buffer.from(controlC));
      expect(killed).not.toHaveBeenCalled();
      expect(waiting()).toBeLessThanOrEqual(before);
    }
  });
});
