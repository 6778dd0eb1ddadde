import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal, type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

describeStore('a process that stops or ends at a prompt', 'pseudo-terminal', missingPseudoTerminal(), () => {
  // The leak watch runs programs below strace, which a signal for the program would not reach.
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox({}, { timed: true });
  });
  afterEach(() => sandbox.remove());

  const showEcho = "echo \"state:$(stty -a | tr ' ;' '\\n\\n' | grep -x -e echo -e -echo):\"";
  const start = (command: string, extra = {}): PseudoTerminal =>
    runOnTerminal(`${command}; echo "exit=$?"; ${showEcho}`, sandbox.home, { ...sandbox.environment, ...extra });
  /** Runs the command in a process whose id it shows first. */
  const withId = (command: string) => `sh -c 'echo "pid=$$."; exec ${command}'`;
  const findId = (terminal: PseudoTerminal) => Number(/pid=(\d+)\./.exec(terminal.shown())?.[1]);

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
    ['SIGINT', 130],
  ] as const)('by %s exits with %i and restores the echo', async (signal, exit) => {
    const terminal = start(withId('keystow set demo alice'));
    await terminal.waitFor('Secret for demo alice:');
    process.kill(findId(terminal), signal);
    await terminal.waitFor(`exit=${exit}`);
    await terminal.waitFor('state:echo:');
  });

  test('by the end of a time limit restores the echo', async () => {
    const terminal = start('timeout --foreground 2 keystow set demo alice');
    await terminal.waitFor('exit=124');
    await terminal.waitFor('state:echo:');
  });

  test('by SIGTERM restores the echo if stdin is a pipe and a passphrase is asked for', async () => {
    const terminal = start(`printf s3cret | ${withId('keystow set demo alice')}`, { KEYSTOW_SEAL: 'passphrase' });
    await terminal.waitFor('Choose a passphrase for CLI credentials:');
    process.kill(findId(terminal), 'SIGTERM');
    await terminal.waitFor('exit=143');
    await terminal.waitFor('state:echo:');
  });

  test.each([
    ['an error that nobody catches', "throw new Error('broken')", 1],
    ['process.exit', 'process.exit(7)', 7],
  ])('by %s restores the echo', async (_, statement, exit) => {
    const preload = join(sandbox.home, 'preload.cjs');
    // Not before the prompt: it's the first that listens to SIGCONT.
    writeFileSync(
      preload,
      `process.on('newListener', (name) => name === 'SIGCONT' && setTimeout(() => { ${statement} }, 50));`,
    );
    const terminal = start('keystow set demo alice', { NODE_OPTIONS: `--require ${preload}` });
    await terminal.waitFor('Secret for demo alice:');
    await terminal.waitFor(`exit=${exit}`);
    await terminal.waitFor('state:echo:');
  });

  test('by SIGKILL cannot restore the echo', async () => {
    const terminal = start(withId('keystow set demo alice'));
    await terminal.waitFor('Secret for demo alice:');
    process.kill(findId(terminal), 'SIGKILL');
    await terminal.waitFor('exit=137');
    await terminal.waitFor('state:-echo:');
  });

  test.each([
    ['Ctrl-Z', (terminal: PseudoTerminal) => terminal.type('half\x1a')],
    ['SIGTSTP', (terminal: PseudoTerminal) => process.kill(findId(terminal), 'SIGTSTP')],
  ])('by %s restores the echo while it is stopped, and then asks again', async (_, stop) => {
    const terminal = start(`set -m; ${withId('keystow set demo alice')}; ${showEcho}; fg`);
    await terminal.waitFor('Secret for demo alice:');
    stop(terminal);
    await terminal.waitFor('state:echo:');
    await answer(terminal, 'Secret for demo alice:', 's3cret');
    await terminal.waitFor('exit=0');
    await terminal.waitFor('state:echo:');
    expect(terminal.shown()).not.toMatch(/half|s3cret/);
    expect(sandbox.run('keystow get demo alice').stdout).toBe('s3cret');
  });

  test('by Ctrl-Z stops the whole pipeline', async () => {
    const pipeline = 'printf s3cret | keystow set demo alice';
    const terminal = start(`set -m; ${pipeline}; ${showEcho}; fg`, { KEYSTOW_SEAL: 'passphrase' });
    await terminal.waitFor('Choose a passphrase for CLI credentials:');
    terminal.type('\x1a');
    await terminal.waitFor('state:echo:');
    await answer(terminal, 'Choose a passphrase for CLI credentials:', 'one two three');
    await answer(terminal, 'Repeat the passphrase:', 'one two three');
    await terminal.waitFor('exit=0');
  });

  test.each([
    'git-credential-keystow get',
    'git-credential-keystow store',
    'docker-credential-keystow get',
    'docker-credential-keystow store',
    'keystow git erase',
    'keystow doctor --replay -',
  ])('by the first Ctrl-C exits with 130 while %s waits for input', async (command) => {
    const preload = join(import.meta.dirname, 'note-listening.cjs');
    // A shell in between would end too.
    const environment = { ...sandbox.environment, NODE_OPTIONS: `--require ${preload}` };
    const terminal = runOnTerminal(`exec ${command}`, sandbox.home, environment);
    await terminal.waitFor('listening');
    terminal.type('\x03');
    expect(await terminal.exit).toBe(130);
    expect(terminal.shown()).not.toContain('unexpected error');
  });
});
