import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { answer, missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

const controlC = '\x03';

/** Says that it runs, counts the signals that it gets, and ends on a line of stdin, or by itself half a second after one. */
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

describe('a signal to keystow exec goes to the child, whose answer decides', () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT'] as const)('%s', async (signal) => {
    // setsid: without the terminal that the tests may have been started on.
    const running = sandbox.begin(`exec setsid keystow exec demo alice --env TOKEN -- node -e "${counting}"`);
    const [, parent] = await running.matching(/the child runs below (\d+)/);
    process.kill(Number(parent), signal);
    expect(await running.end).toMatchObject({ stdout: `seen ${signal}\n`, exit: 42 });
  });
});

describeStore('exec on a terminal', 'pseudo-terminal', missingPseudoTerminal(), () => {
  test('Ctrl-C reaches the child once, and its answer decides', async () => {
    const command = `exec keystow exec demo alice --env TOKEN -- node -e "${counting}"`;
    const terminal = runOnTerminal(command, sandbox.home, sandbox.environment);
    await terminal.waitFor('the child runs');
    terminal.type(controlC);
    expect(await terminal.exit).toBe(42);
    expect(terminal.shown()).toContain('seen SIGINT\r\n');
  });

  test('a child that does not catch Ctrl-C ends by it, and exec with 130', async () => {
    const command = 'exec keystow exec demo alice --env TOKEN -- sh -c "echo the child runs; exec sleep 20"';
    const terminal = runOnTerminal(command, sandbox.home, sandbox.environment);
    await terminal.waitFor('the child runs');
    terminal.type(controlC);
    expect(await terminal.exit).toBe(130);
  });

  test('after a prompt for the passphrase, what is typed is the child’s', async () => {
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
