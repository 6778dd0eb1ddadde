import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal } from '../support/pseudo-terminal.ts';
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
    expect(set.shown()).toContain('keystow: the prompt was cancelled');
    expect(home.sandbox.run('ls -A .config').exit).not.toBe(0);
  });

  test('in CI there is no prompt, even on a terminal', async () => {
    const set = home.start('keystow set demo alice', { CI: 'true' });
    expect(await set.exit).toBe(1);
    expect(set.shown()).toContain('Cannot prompt');
  });
});
