import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTool } from '../../src/adapters/process/capture-output.ts';

const node = (code: string, input = '') =>
  runTool({ program: process.execPath, args: ['-e', code], input, variables: { ADDED: 'yes' } });

test('returns the output and the exit code of a program, which gets the input and the variables, and no terminal', async () => {
  expect(await node('process.stdin.pipe(process.stdout)', 'héllo\n')).toEqual({ exitCode: 0, stdout: 'héllo\n' });
  expect(await node('console.log(process.env.ADDED); process.exitCode = 3')).toEqual({ exitCode: 3, stdout: 'yes\n' });
});

test('runs outside of any project', async () => {
  const result = await node('console.log(require("node:path").parse(process.cwd()).root === process.cwd())');
  expect(result?.stdout).toBe('true\n');
});

test('a program that does not exist, is killed, or prints more than 1 MiB has no result', async () => {
  expect(await runTool({ program: 'keystow-no-such-program', args: [], input: 'x', variables: {} })).toBeUndefined();
  expect(await node('process.kill(process.pid, "SIGKILL")')).toBeUndefined();
  expect(await node('setInterval(() => process.stdout.write("x".repeat(65536)), 1)')).toBeUndefined();
});

test('a program may leave its input unread', async () => {
  expect(await node('', 'x'.repeat(1024 * 1024))).toEqual({ exitCode: 0, stdout: '' });
});

test('an abort ends the program and rejects with `cancelled`', async () => {
  const cancellation = new AbortController();
  const options = { signal: cancellation.signal };
  const call = { program: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], input: '', variables: {} };
  const running = runTool(call, options);
  cancellation.abort();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await expect(runTool(call, options)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a script of our own is run by this Node, because it need not be executable', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-tool-'));
  try {
    const script = join(folder, 'script.cjs');
    writeFileSync(script, 'console.log(process.argv[2])', { mode: 0o600 });
    const result = await runTool({ program: script, args: ['an argument'], input: '', variables: {} });
    expect(result).toEqual({ exitCode: 0, stdout: 'an argument\n' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
