import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { needsPosix } from '../support/needs.ts';
import { Sandbox } from './sandbox.ts';

const place = 'protocol=https\\nhost=example.com\\n';
const answer = 'username=alice\npassword=s3cret\n';

describe('what a helper is told on stdin', needsPosix, () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
    const { exit } = sandbox.run(`printf '${place}username=alice\\npassword=s3cret\\n' | git-credential-keystow store`);
    expect(exit).toBe(0);
  });
  afterEach(() => sandbox.remove());

  test('is at its end where a blank line is, though the pipe stays open', () => {
    const { stdout, exit } = sandbox.run(
      `mkfifo open && exec 3<>open && printf '${place}\\n' >&3 && git-credential-keystow get <open`,
    );
    expect({ stdout, exit }).toEqual({ stdout: answer, exit: 0 });
  });

  test('is read from a file, too', () => {
    expect(sandbox.run(`printf '${place}' >request && git-credential-keystow get <request`).stdout).toBe(answer);
  });

  test('may come late, through a pipe that does not block', () => {
    const unblocked = `perl -MFcntl -e 'fcntl STDIN, F_SETFL, O_NONBLOCK; exec @ARGV'`;
    const late = `{ sleep 0.5; printf '${place}'; }`;
    expect(sandbox.run(`${late} | ${unblocked} git-credential-keystow get`).stdout).toBe(answer);
  });

  test('that cannot be read is an error, and no request without attributes', () => {
    expect(sandbox.run('git-credential-keystow get </')).toEqual({
      stdout: '',
      stderr: expect.stringContaining('EISDIR'),
      exit: 2,
    });
  });
});
