import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

const controlC = '\x03';

/** Prints that it is running, and exits with 42 half a second after a signal, listing all signals it received. */
const counting = `
  let seen = [];
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(name, () => {
    seen.push(name);
    setTimeout(() => { console.log('seen', seen.join()); process.exit(42); }, 500);
  });
  setInterval(() => {}, 1000);
  console.error('the child runs below', process.ppid);
`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  expect(sandbox.run('printf s3cret | keystow set demo alice').exit).toBe(0);
});
afterEach(() => sandbox.remove());

describe('a signal to keystow exec is passed on to the child, whose exit code counts', () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT'] as const)('%s', async (signal) => {
    // setsid: detached from the terminal that the tests may run on.
    const running = sandbox.begin(`exec setsid keystow exec demo alice --env TOKEN -- node -e "${counting}"`);
    const [, parent] = await running.matching(/the child runs below (\d+)/);
    process.kill(Number(parent), signal);
    expect(await running.end).toMatchObject({ stdout: `seen ${signal}\n`, exit: 42 });
  });
});

describeStore('exec on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  test('Ctrl-C reaches the child once, and its exit code counts', async () => {
    const command = `exec keystow exec demo alice --env TOKEN -- node -e "${counting}"`;
    const terminal = runOnTerminal(command, sandbox.home, sandbox.environment);
    await terminal.waitFor('the child runs');
    terminal.type(controlC);
    expect(await terminal.exit).toBe(42);
    expect(terminal.shown()).toContain('seen SIGINT\r\n');
  });

  test('if Ctrl-C ends the child, exec exits with 130', async () => {
    const command = 'exec keystow exec demo alice --env TOKEN -- sh -c "echo the child runs; exec sleep 20"';
    const terminal = runOnTerminal(command, sandbox.home, sandbox.environment);
    await terminal.waitFor('the child runs');
    terminal.type(controlC);
    expect(await terminal.exit).toBe(130);
  });

  test('after a passphrase prompt, the child reads from the terminal', async () => {
    const seal = { ...sandbox.environment, KEYSTOW_SEAL: 'passphrase', KEYSTOW_CONFIG_DIR: 'sealed' };
    const set = runOnTerminal('printf s3cret | keystow set demo alice', sandbox.home, seal);
    await answer(set, 'Choose a passphrase for CLI credentials:', 'correct horse');
    await answer(set, 'Repeat the passphrase:', 'correct horse');
    expect(await set.exit).toBe(0);
    const terminal = runOnTerminal(
      `keystow exec demo alice --env TOKEN -- sh -c 'test -t 0; echo "terminal: $?"; read line; echo "$line, $TOKEN"'`,
      sandbox.home,
      seal,
    );
    await answer(terminal, 'Enter passphrase for CLI credentials:', 'correct horse');
    await terminal.waitFor('terminal: 0');
    terminal.type('a line\r');
    expect(await terminal.exit).toBe(0);
    expect(terminal.shown()).toContain('a line, s3cret\r\n');
  });
});
