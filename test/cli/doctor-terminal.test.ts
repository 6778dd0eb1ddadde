import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

const colour = '\x1b[';

describeStore('doctor on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = new Sandbox();
    expect(sandbox.run('printf s3cret | keystow set demo alice').exit).toBe(0);
  });
  afterAll(() => sandbox.remove());

  /** What it shows. `extra`: environment beside the sandbox's. */
  async function shown(command: string, extra: Readonly<Record<string, string>> = {}): Promise<string> {
    const terminal = runOnTerminal(command, sandbox.home, { ...sandbox.environment, ...extra });
    expect(await terminal.exit).toBe(0);
    return terminal.shown();
  }

  test.each([
    ['keystow doctor', {}, true],
    ['keystow doctor --color=never', {}, false],
    ['keystow doctor', { NO_COLOR: '1' }, false],
    ['keystow doctor', { NO_COLOR: '' }, true],
    ['keystow doctor --color always', { NO_COLOR: '1' }, true],
    ['TERM=dumb keystow doctor', {}, false],
    ['keystow doctor | cat', {}, false],
    ['keystow doctor --color=always | cat', {}, true],
    ['keystow doctor --json', {}, false],
  ])('%s with %j uses colours: %s', async (command, extra, coloured) => {
    expect((await shown(command, extra)).includes(colour)).toBe(coloured);
  });

  test.each(['doctor', 'doctor --explain'])('%s fits 80 columns, except for commands to copy', async (command) => {
    const text = await shown(`stty cols 80; keystow ${command} --color=never`, { KEYSTOW_CONFIG_DIR: '/nowhere' });
    const lines = text.split('\r\n');
    const shownOnly = lines.filter((_, index) => !/^(To|For) .*:$/.test(lines[index - 1] ?? ''));
    expect(shownOnly.length).toBeGreaterThan(10);
    for (const line of shownOnly) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
