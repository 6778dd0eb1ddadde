import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { decodeInput, readInputFile } from '../../src/cli/input.ts';
import { failure } from '../contract/errors.ts';
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

const onWindows = process.platform === 'win32';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystow-input-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const read = (path: string, options = {}) => readInputFile(path, { maxBytes: 5, signal, ...options });
const write = (content: string) => {
  const path = join(folder, 'input');
  writeFileSync(path, content);
  return path;
};

test('a file of the largest size is read, and one that is larger or endless is rejected', async () => {
  expect((await read(write('12345'))).toString()).toBe('12345');
  await failure(read(write('123456')), 'too-large');
  if (!onWindows) await failure(read('/dev/zero'), 'too-large');
});

test('a file may be larger than a secret on stdin, and an error names it', async () => {
  const path = write('');
  truncateSync(path, 2 ** 26 + 1);
  expect((await read(path, { maxBytes: 2 ** 27 })).length).toBe(2 ** 26 + 1);
  expect((await failure(read(path, { maxBytes: 2 ** 26 }), 'too-large')).message).toContain(path);
});

test('a missing file, a folder and a device are rejected', async () => {
  expect((await failure(read(join(folder, 'missing')), 'invalid-input')).message).toContain('missing');
  await failure(read(folder), 'invalid-input');
  if (!onWindows) await failure(read('/dev/null', { onlyFiles: true }), 'invalid-input');
});

test.skipIf(onWindows)('a pipe is read to its end', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reading = read(pipe);
  const writer = spawn('sh', ['-c', 'printf 12345 >"$1"', 'sh', pipe]);
  onTestFinished(() => void writer.kill());
  expect((await reading).toString()).toBe('12345');
});

test('text is UTF-8, without its byte order mark', () => {
  expect(decodeInput(Buffer.from('\ufeffä'), 'x')).toBe('ä');
  for (const [bytes, why] of [
    [[0xff, 0xfe, 0x41, 0], 'x is in UTF-16'],
    [[0xfe, 0xff, 0, 0x41], 'x is in UTF-16'],
    [[0xe4], 'x is not UTF-8 text'],
  ] as const) {
    expect(() => decodeInput(Uint8Array.from(bytes), 'x')).toThrow(
      expect.objectContaining({ code: 'invalid-input', message: why }),
    );
  }
});
