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
    const shownOnly = lines.filter((_, index) => !(lines[index - 1] ?? '').endsWith(':'));
    expect(shownOnly.length).toBeGreaterThan(10);
    for (const line of shownOnly) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test.each(['doctor', 'doctor --explain'])('%s fits 40 columns, except for commands and paths', async (command) => {
    const text = await shown(`stty cols 40; keystow ${command} --color=never`, { KEYSTOW_CONFIG_DIR: '/nowhere' });
    const lines = text.split('\r\n').filter((_, index, all) => !(all[index - 1] ?? '').endsWith(':'));
    expect(lines.length).toBeGreaterThan(15);
    const isOneThing = /\(rules .*\)$|^.{0,4} (kernel keyring|Secret Service): [\w-]+, [\w -]+$/;
    for (const line of lines) if (!isOneThing.test(line)) expect(line.length, line).toBeLessThanOrEqual(40);
  });

  test.each([
    ['LC_ALL=C keystow doctor --explain', false],
    ['LC_ALL= LC_CTYPE=POSIX LANG=C.UTF-8 keystow doctor', false],
    ['LC_ALL= LANG=de_DE.ISO-8859-1 keystow doctor', false],
    ['env -u LC_ALL -u LANG keystow doctor', false],
    ['TERM=dumb keystow doctor --explain', false],
    ['LC_ALL= LANG=de_DE.utf8 keystow doctor', true],
    ['TERM=linux keystow doctor --explain', true],
  ])('%s draws lines and arrows: %s', async (command, drawn) => {
    const text = await shown(command);
    expect(/[\u2190-\u21ff\u2500-\u257f]/.test(text)).toBe(drawn);
  });
});

describeStore('output on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = new Sandbox();
  });
  afterAll(() => sandbox.remove());

  async function shown(command: string): Promise<string> {
    const terminal = runOnTerminal(command, sandbox.home, sandbox.environment);
    await terminal.exit;
    return terminal.shown();
  }

  test.each([
    ['keystow get a b', true],
    ['keystow nonsense', true],
    ['keystow --help', true],
    ['keystow', true],
    ['keystow help get', true],
    ['jsm nonsense', true],
    ['difyctl auth token', true],
    ['keystow nonsense --color never', false],
    ['NO_COLOR=1 keystow get a b', false],
    ['TERM=dumb keystow --help', false],
    ['keystow get a b 2>&1 | cat', false],
    ['keystow --color=always nonsense 2>&1 | cat', true],
    ['keystow --help | cat', false],
  ])('%s uses colours: %s', async (command, coloured) => {
    expect((await shown(command)).includes(colour)).toBe(coloured);
  });

  test('a list is aligned on a terminal, and has tabs in a pipe', async () => {
    for (const name of ['github.com alice', 'demo ""', '漢字 zoë', "'two\nlines' x"])
      expect(sandbox.run(`printf s3cret | KEYSTOW_QUIET=1 keystow set ${name}`).exit).toBe(0);
    expect((await shown('keystow list')).split('\r\n')).toEqual([
      'demo        ""',
      'github.com  alice',
      'two\\nlines  x',
      '漢字        zoë',
      '',
    ]);
    expect(sandbox.run('keystow list github.com').stdout).toBe('github.com\talice\n');
  });
});
