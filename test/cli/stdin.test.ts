import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { needsPosix } from '../support/needs.ts';
import { Sandbox } from './sandbox.ts';

const place = 'protocol=https\\nhost=example.com\\n';
const answer = 'username=alice\npassword=s3cret\n';

describe('the request of a helper on stdin', needsPosix, () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
    const { exit } = sandbox.run(`printf '${place}username=alice\\npassword=s3cret\\n' | git-credential-keystow store`);
    expect(exit).toBe(0);
  });
  afterEach(() => sandbox.remove());

  test('ends at an empty line, even if the pipe stays open', () => {
    const { stdout, exit } = sandbox.run(
      `mkfifo open && exec 3<>open && printf '${place}\\n' >&3 && git-credential-keystow get <open`,
    );
    expect({ stdout, exit }).toEqual({ stdout: answer, exit: 0 });
  });

  test('can be a file', () => {
    expect(sandbox.run(`printf '${place}' >request && git-credential-keystow get <request`).stdout).toBe(answer);
  });

  test('can arrive late through a non-blocking pipe', () => {
    const unblocked = `perl -MFcntl -e 'fcntl STDIN, F_SETFL, O_NONBLOCK; exec @ARGV'`;
    const late = `{ sleep 0.5; printf '${place}'; }`;
    expect(sandbox.run(`${late} | ${unblocked} git-credential-keystow get`).stdout).toBe(answer);
  });

  test('that never comes can be cancelled: exit code 130, on every version of Node', async () => {
    const running = sandbox.begin(
      'mkfifo never && exec 3<>never && exec cargo-credential-keystow --cargo-plugin <never >&2',
    );
    await running.matching(/"v":/);
    running.interrupt();
    expect(await running.end).toMatchObject({ stderr: expect.stringContaining('cancelled'), exit: 130 });
  });

  test('that cannot be read is an error, not an empty request', () => {
    expect(sandbox.run('git-credential-keystow get </')).toEqual({
      stdout: '',
      stderr: expect.stringContaining('EISDIR'),
      exit: 2,
    });
  });
});
