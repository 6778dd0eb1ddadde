import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { homeWithTerminal } from './home-with-terminal.ts';

const enter = '\r';
const controlC = '\x03';
/** Clears the typed line. */
const controlU = '\x15';
const passphrase = 'correct horse battery staple';

describeStore('prompts for a passphrase on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  const home = homeWithTerminal();

  test('a passphrase is set twice on first save, asked for on load, and never shown', async () => {
    const seal = { KEYSTOW_SEAL: 'passphrase' };
    const set = home.start('printf s3cret | keystow set demo alice', seal);
    await answer(set, 'Choose a passphrase for CLI credentials:', passphrase);
    await answer(set, 'Repeat the passphrase:', 'something else');
    await set.waitFor('keystow: the passphrases do not match, try again');
    await answer(set, 'Choose a passphrase for CLI credentials:', '');
    await set.waitFor('keystow: the passphrase is empty, try again');
    await answer(set, 'Choose a passphrase for CLI credentials:', passphrase);
    await answer(set, 'Repeat the passphrase:', passphrase);
    expect(await set.exit).toBe(0);

    const get = home.start('keystow get demo alice');
    await answer(get, 'Enter passphrase for CLI credentials:', 'wrong');
    await get.waitFor('keystow: wrong passphrase, try again');
    await answer(get, 'Enter passphrase for CLI credentials:', passphrase);
    expect(await get.exit).toBe(0);
    expect(get.shown()).toContain('s3cret\r\n');
    for (const terminal of [set, get]) expect(terminal.shown()).not.toContain('horse');
  });

  test('three wrong passphrases end with 1', async () => {
    const opened = { KEYSTOW_ALLOW_ENV_PASSPHRASE: '1', KEYSTOW_CREDENTIALS_PASSPHRASE: passphrase };
    const set = home.start('printf s3cret | keystow set demo alice', { ...opened, KEYSTOW_SEAL: 'passphrase' });
    expect(await set.exit).toBe(0);
    const get = home.start('keystow get demo alice');
    for (const wrong of ['a', 'b']) {
      await answer(get, 'Enter passphrase for CLI credentials:', wrong);
      await get.waitFor('keystow: wrong passphrase, try again');
    }
    await answer(get, 'Enter passphrase for CLI credentials:', 'c');
    await get.waitFor('keystow: wrong passphrase for the encrypted file ');
    expect(await get.exit).toBe(1);
    expect(get.shown()).not.toContain('s3cret');
  });

  /** Types again and again until `text` is shown, or the program ends. */
  async function typeUntil(terminal: PseudoTerminal, typed: string, text: string): Promise<void> {
    const typing = setInterval(() => terminal.type(typed), 5);
    await terminal.waitFor(text).finally(() => clearInterval(typing));
  }

  async function keepSealed(): Promise<void> {
    const opened = { KEYSTOW_ALLOW_ENV_PASSPHRASE: '1', KEYSTOW_CREDENTIALS_PASSPHRASE: passphrase };
    const set = home.start('printf s3cret | keystow set demo alice', { ...opened, KEYSTOW_SEAL: 'passphrase' });
    expect(await set.exit).toBe(0);
  }

  test('[CLI42] typing during the key derivation is not echoed', async () => {
    await keepSealed();
    const get = home.start('keystow get demo alice');
    await get.waitFor('Enter passphrase for CLI credentials:');
    get.type(`wrong${enter}`);
    // The end of the line: from now on, more input isn't part of the answer.
    await get.waitFor('\n');
    await typeUntil(get, 'typed-ahead', 'keystow: wrong passphrase, try again');
    await answer(get, 'Enter passphrase for CLI credentials:', `${controlU}${passphrase}`);
    expect(await get.exit).toBe(0);
    expect(get.shown()).toContain('s3cret\r\n');
    expect(get.shown()).not.toContain('typed');
  });

  test('Ctrl-C during the key derivation exits with 130', async () => {
    await keepSealed();
    const get = home.start('keystow get demo alice');
    await get.waitFor('Enter passphrase for CLI credentials:');
    get.type(`wrong${enter}`);
    const typing = setInterval(() => get.type(controlC), 5);
    expect(await get.exit.finally(() => clearInterval(typing))).toBe(130);
  });

  test('to change the passphrase the old one is asked for, then the new one twice, and none is shown', async () => {
    await keepSealed();
    const change = home.start('keystow passphrase change');
    await answer(change, 'Enter passphrase for CLI credentials:', 'wrong');
    await change.waitFor('keystow: wrong passphrase, try again');
    await answer(change, 'Enter passphrase for CLI credentials:', passphrase);
    await answer(change, 'Choose a new passphrase for CLI credentials:', '');
    await change.waitFor('keystow: the passphrase is empty, try again');
    await answer(change, 'Choose a new passphrase for CLI credentials:', 'another donkey');
    await answer(change, 'Repeat the passphrase:', 'another monkey');
    await change.waitFor('keystow: the passphrases do not match, try again');
    await answer(change, 'Choose a new passphrase for CLI credentials:', 'another donkey');
    await answer(change, 'Repeat the passphrase:', 'another donkey');
    await change.waitFor('credentials.json is sealed with the new passphrase');
    expect(await change.exit).toBe(0);
    expect(change.shown()).not.toMatch(/horse|donkey|monkey/);

    const get = home.start('keystow get demo alice');
    await answer(get, 'Enter passphrase for CLI credentials:', 'another donkey');
    expect(await get.exit).toBe(0);
    expect(get.shown()).toContain('s3cret\r\n');
  });

  test('three wrong passphrases, or Ctrl-C at the new one, change nothing', async () => {
    const opened = { KEYSTOW_ALLOW_ENV_PASSPHRASE: '1', KEYSTOW_CREDENTIALS_PASSPHRASE: passphrase };
    await keepSealed();
    const change = home.start('keystow passphrase change');
    for (const wrong of ['a', 'b']) {
      await answer(change, 'Enter passphrase for CLI credentials:', wrong);
      await change.waitFor('keystow: wrong passphrase, try again');
    }
    await answer(change, 'Enter passphrase for CLI credentials:', 'c');
    await change.waitFor('keystow: wrong passphrase for the encrypted file ');
    expect(await change.exit).toBe(1);

    const calledOff = home.start('keystow passphrase change', opened);
    await calledOff.waitFor('Choose a new passphrase for CLI credentials:');
    calledOff.type(`half${controlC}`);
    expect(await calledOff.exit).toBe(130);
    const get = home.start('keystow get demo alice', opened);
    expect(await get.exit).toBe(0);
    expect(get.shown()).toContain('s3cret\r\n');
  });
});
