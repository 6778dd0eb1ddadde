import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { homeWithTerminal } from './home-with-terminal.ts';

const enter = '\r';
const controlC = '\x03';
const controlT = '\x14';

describeStore('prompts on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  const home = homeWithTerminal();

  test('[CLI40] set reads the secret without echo, and get adds a newline only on a terminal', async () => {
    const set = home.start('keystow set demo alice');
    await answer(set, 'Secret for demo alice:', 's3cret');
    expect(await set.exit).toBe(0);
    expect(set.shown()).toContain('stored demo alice in the encrypted file');
    expect(set.shown()).not.toContain('s3cret');
    for (const style of [1, 2, 34, 36]) expect(set.shown()).not.toContain(`\x1b[${style}m`);

    const get = home.start('keystow get demo alice');
    expect(await get.exit).toBe(0);
    expect(get.shown()).toBe('s3cret\r\n');
    expect(home.sandbox.run('keystow get demo alice').stdout).toBe('s3cret');
  });

  test('[CLI41] no key makes the typed secret visible', async () => {
    const set = home.start('keystow set demo alice');
    await set.waitFor('Secret for demo alice:');
    set.type(`s3cret${controlT}${enter}`);
    expect(await set.exit).toBe(0);
    expect(set.shown()).not.toContain('s3cret');
  });

  test('Ctrl-C at a prompt ends with 130 and stores nothing', async () => {
    const set = home.start('keystow set demo alice');
    await set.waitFor('Secret for demo alice:');
    set.type(`half${controlC}`);
    expect(await set.exit).toBe(130);
    expect(stripVTControlCharacters(set.shown())).toContain('keystow: the prompt was cancelled');
    expect(home.sandbox.run('ls -A .config').exit).not.toBe(0);
  });

  test('[CLI90] reset shows what will be lost, and does it only after yes', async () => {
    home.sandbox.run('printf s3cret | keystow set demo alice');
    for (const [typed, exit] of [
      ['no', 130],
      ['', 130],
      [controlC, 130],
      ['yes', 0],
    ] as const) {
      const reset = home.start('keystow reset');
      await reset.waitFor('Type yes to continue:');
      expect(reset.shown()).toContain('demo alice');
      reset.type(typed === controlC ? typed : `${typed}${enter}`);
      expect(await reset.exit).toBe(exit);
      expect(reset.shown()).toContain(exit === 0 ? 'to bring it back: mv -i ' : 'cancelled');
      expect(home.sandbox.run('keystow get demo alice').exit).toBe(exit === 0 ? 1 : 0);
    }
  });

  test('CI sees no prompt, even on a terminal', async () => {
    const set = home.start('keystow set demo alice', { CI: 'true' });
    expect(await set.exit).toBe(1);
    expect(set.shown()).toContain('Cannot prompt');
  });

  describe('a paste', () => {
    const markedPaste = (text: string) => `\x1b[200~${text}\x1b[201~`;

    async function set(typed: string, options = ''): Promise<PseudoTerminal> {
      const terminal = home.start(`keystow set ${options} demo alice; echo exit=$?`);
      await terminal.waitFor('Secret for demo alice:');
      terminal.type(typed);
      await terminal.exit;
      return terminal;
    }
    const get = () => home.sandbox.run('keystow get demo alice');

    test('that the terminal marks is stored with all of its lines', async () => {
      const terminal = await set(`${markedPaste('-----BEGIN KEY-----\rMIIE\r-----END KEY-----\r')}${enter}`);
      expect(terminal.shown()).toContain('exit=0');
      expect(terminal.shown()).not.toContain('MIIE');
      expect(get().stdout).toBe('-----BEGIN KEY-----\nMIIE\n-----END KEY-----');
    });

    test('of several lines that the terminal does not mark is rejected, and none of it gets to the shell', async () => {
      home.sandbox.run('printf old | keystow set demo alice');
      const terminal = home.start('keystow set demo alice; echo exit=$?; IFS= read -r line; echo "next: $line"');
      await terminal.waitFor('Secret for demo alice:');
      terminal.type(`line1${enter}line2${enter}line3${enter}`);
      await terminal.waitFor('exit=2');
      terminal.type('own\n');
      await terminal.waitFor('next: own');
      await terminal.exit;
      expect(terminal.shown()).not.toContain('line2');
      expect(get().stdout).toBe('old');
    });

    test.each([
      ['one line with a line break', `s3cret${enter}`, 's3cret'],
      ['one line with CR LF', 's3cret\r\n', 's3cret'],
      ['a marked line with a line break', `${markedPaste(`s3cret${enter}`)}${enter}`, 's3cret'],
      ['a line longer than 4,096 bytes', `${'x'.repeat(10_000)}${enter}`, 'x'.repeat(10_000)],
    ])('of %s is stored', async (_, typed, stored) => {
      expect((await set(typed)).shown()).toContain('exit=0');
      expect(get().stdout).toBe(stored);
    });

    test('is not accepted as a passphrase if it has several lines', async () => {
      const terminal = home.start('printf s3cret | keystow set demo alice', { KEYSTOW_SEAL: 'passphrase' });
      await terminal.waitFor('Choose a passphrase for CLI credentials:');
      terminal.type(markedPaste('one\rtwo'));
      expect(await terminal.exit).toBe(2);
      expect(stripVTControlCharacters(terminal.shown())).toContain('keystow: the input has several lines');
    });

    test('of nothing is rejected unless --allow-empty is given', async () => {
      home.sandbox.run('printf old | keystow set demo alice');
      expect((await set(enter)).shown()).toContain('exit=2');
      expect(get().stdout).toBe('old');
      expect((await set(enter, '--allow-empty')).shown()).toContain('exit=0');
      expect(get()).toMatchObject({ stdout: '', exit: 0 });
    });
  });
});
