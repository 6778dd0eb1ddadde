import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { homeWithTerminal } from './home-with-terminal.ts';

const passphrase = 'correct horse battery staple';
const key = 'jsm_s3cret-xxxxxxxxxxxxxxxx';

describeStore('jsm on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  const home = homeWithTerminal();

  async function saveFirst(): Promise<PseudoTerminal> {
    const terminal = home.start(`jsm auth set-key ${key}`);
    await answer(terminal, 'Choose a passphrase for CLI credentials:', passphrase);
    await answer(terminal, 'Repeat the passphrase:', passphrase);
    expect(await terminal.exit).toBe(0);
    return terminal;
  }

  test('[CLI28] asks to choose and repeat the passphrase on the first save, and for the passphrase on every load', async () => {
    const first = await saveFirst();
    expect(first.shown()).toContain('stored the API key in the encrypted file');
    expect(first.shown()).not.toContain('Enter passphrase');
    for (let load = 0; load < 2; load += 1) {
      const token = home.start('jsm auth token');
      await answer(token, 'Enter passphrase for CLI credentials:', passphrase);
      expect(await token.exit).toBe(0);
      expect(token.shown()).toContain(`${key}\r\n`);
      expect(token.shown()).not.toContain('horse');
    }
    expect(first.shown()).not.toContain('horse');
  });

  test('[CLI29] asks for the same passphrase on a later save', async () => {
    await saveFirst();
    const second = home.start('jsm auth set-key jsm_s3cret-yyyyyyyyyyyyyyyy');
    await answer(second, 'Enter passphrase for CLI credentials:', passphrase);
    expect(await second.exit).toBe(0);
    expect(second.shown()).not.toContain('Choose a passphrase');
  });

  test('runs doctor without a prompt', async () => {
    await saveFirst();
    const doctor = home.start('jsm doctor --color=never');
    expect(await doctor.exit).toBe(0);
    expect(doctor.shown()).toContain('Credential Storage: Encrypted file (interactive passphrase)');
    expect(doctor.shown()).not.toContain('passphrase for CLI credentials');
  });

  test('exits with 1 after three wrong passphrases, and does not change the file', async () => {
    await saveFirst();
    const before = home.sandbox.run('cat .config/jsm/credentials.json').stdout;
    const token = home.start('jsm auth token');
    for (const wrong of ['a', 'b']) {
      await answer(token, 'Enter passphrase for CLI credentials:', wrong);
      await token.waitFor('jsm: wrong passphrase, try again');
    }
    await answer(token, 'Enter passphrase for CLI credentials:', 'c');
    expect(await token.exit).toBe(1);
    expect(stripVTControlCharacters(token.shown())).toContain('jsm: wrong passphrase for the encrypted file ');
    expect(token.shown()).not.toContain(key);
    expect(home.sandbox.run('cat .config/jsm/credentials.json').stdout).toBe(before);
  });

  test('[CLI30] asks nothing and shows the notice if both variables are set', async () => {
    await saveFirst();
    const token = home.start('jsm auth token', {
      JSM_ALLOW_ENV_PASSPHRASE: '1',
      JSM_CREDENTIALS_PASSPHRASE: passphrase,
    });
    expect(await token.exit).toBe(0);
    expect(token.shown()).toBe(
      'jsm: using credential passphrase from JSM_CREDENTIALS_PASSPHRASE (JSM_ALLOW_ENV_PASSPHRASE is set).\r\n' +
        `${key}\r\n`,
    );
  });
});
