import { describe, expect, test } from 'vitest';
import { runFilter } from '../../src/adapters/process/capture-output.ts';
import { failure } from '../contract/errors.ts';

const run = (command: string, signal = new AbortController().signal) =>
  runFilter({ command, input: 'input\n', signal, without: [] });

describe.skipIf(process.platform === 'win32')('the output of a filter', () => {
  test('is what it printed, with its exit code', async () => {
    expect(await run('cat; exit 3')).toEqual({ code: 3, stdout: 'input\n' });
  });

  // The new tokens would be lost if keystow waited until its limit.
  test('is complete when it has ended, even if a process that it started keeps stdout open', async () => {
    const { code, stdout } = await run('sleep 600 & echo $!; echo complete');
    const [pid, text] = stdout.split('\n');
    process.kill(Number(pid), 'SIGKILL');
    expect({ code, text }).toEqual({ code: 0, text: 'complete' });
  });

  test('is complete if it is long', async () => {
    const { stdout } = await run('head -c 1000000 /dev/zero');
    expect(stdout.length).toBe(1_000_000);
  });

  test('is limited', async () => {
    await failure(run('yes'), 'too-large');
  });

  test('ends with it when it is aborted', async () => {
    const controller = new AbortController();
    const running = run('sleep 600', controller.signal);
    controller.abort();
    expect((await running).code).toBe(143);
  });
});
