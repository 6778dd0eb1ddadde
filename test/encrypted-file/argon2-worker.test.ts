import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { argon2id as reference } from '@noble/hashes/argon2.js';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { argon2idInWebAssembly } from '../../src/adapters/encrypted-file/argon2-worker.ts';
import { bundleModule } from '../support/bundled.ts';

const { started, inMainThread, failing } = vi.hoisted(() => ({
  started: [] as { worker: Worker; code: string; options: WorkerOptions }[],
  inMainThread: [] as unknown[],
  /** `refused`: no worker can be started; otherwise the code that workers run instead of their own. */
  failing: { by: undefined as string | undefined },
}));

vi.mock('node:worker_threads', async (load) => {
  const original = await load<typeof import('node:worker_threads')>();
  class WatchedWorker extends original.Worker {
    constructor(code: string, options: WorkerOptions) {
      if (failing.by === 'refused') throw new Error('no worker can be started');
      super(failing.by ?? code, options);
      started.push({ worker: this, code, options });
    }
  }
  return { ...original, Worker: WatchedWorker };
});

vi.mock('node:vm', async (load) => {
  const original = await load<typeof import('node:vm')>();
  return {
    ...original,
    runInThisContext(code: string) {
      inMainThread.push(code);
      return original.runInThisContext(code);
    },
  };
});

beforeEach(() => {
  started.length = 0;
  inMainThread.length = 0;
  failing.by = undefined;
});

/** Each has memory of its own, as only that can be transferred. */
const passphrase = () => new TextEncoder().encode('correct horse battery staple');
const salt = Buffer.alloc(16, 7);
const cheap = { memoryKiB: 64, iterations: 2, parallelism: 4 };
const expected = reference(passphrase(), salt, { m: 64, t: 2, p: 4, dkLen: 32 });
/** Takes hours, so a test that waits for it never ends. */
const endless = { memoryKiB: 65_536, iterations: 10_000_000, parallelism: 1 };

describe('argon2id in a worker', () => {
  test('returns the key, leaves the passphrase as it was, and ends the worker', async () => {
    const input = passphrase();
    const deriving = argon2idInWebAssembly(input, salt, cheap, new AbortController().signal);
    const ended = started.map(({ worker }) => once(worker, 'exit'));
    expect(await deriving).toEqual(expected);
    expect(input).toEqual(passphrase());
    await Promise.all(ended);
    expect([ended.length, inMainThread.length]).toEqual([1, 0]);
  });

  test('[EF51] lets the event loop run, and an abort ends it immediately with `cancelled`', async () => {
    const controller = new AbortController();
    const deriving = argon2idInWebAssembly(passphrase(), salt, endless, controller.signal);
    const [{ worker }] = started as [(typeof started)[0]];
    const ended = once(worker, 'exit');
    await once(worker, 'online');
    for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
    controller.abort();
    await expect(deriving).rejects.toMatchObject({ code: 'cancelled' });
    await ended;
    expect(inMainThread).toEqual([]);
  });

  test('starts no worker if the signal is already aborted', async () => {
    const deriving = argon2idInWebAssembly(passphrase(), salt, endless, AbortSignal.abort());
    await expect(deriving).rejects.toMatchObject({ code: 'cancelled' });
    expect(started).toEqual([]);
  });

  test('[EF52] has neither the passphrase nor the environment in what starts the worker', async () => {
    await argon2idInWebAssembly(passphrase(), salt, cheap);
    const options = { eval: true, env: {}, execArgv: [], stdout: true, stderr: true };
    expect(started.map((worker) => worker.options)).toEqual([options]);
    for (const { code } of started) expect(code).not.toContain('correct horse');
  });

  test.each([
    ['cannot be started', 'refused'],
    ['throws as it starts', 'throw new Error("broken")'],
    ['ends without an answer', 'process.exit(0)'],
    [
      'cannot compute',
      'require("worker_threads").parentPort.once("message", async () => { throw new Error("broken") })',
    ],
  ])('that %s is replaced by the main thread', async (_, by) => {
    failing.by = by;
    expect(await argon2idInWebAssembly(passphrase(), salt, cheap)).toEqual(expected);
    expect(inMainThread).toHaveLength(1);
  });
});

describe('[EF53] a program', () => {
  const bundle = bundleModule('src/adapters/encrypted-file/argon2-worker.ts');
  const distribution = resolve(import.meta.dirname, '../../dist');
  const files: readonly (readonly [string, () => string])[] = [
    ['one bundle', bundle.file],
    ['dist/esm', () => `${distribution}/esm/argon2-worker.mjs`],
    ['dist/cjs', () => `${distribution}/cjs/argon2-worker.cjs`],
  ];

  async function run(file: string, script: string, ...flags: readonly string[]): Promise<string> {
    const code = `
      import { pathToFileURL } from 'node:url';
      const { argon2idInWebAssembly } = await import(pathToFileURL(${JSON.stringify(file)}));
      const derive = (cost, signal) => argon2idInWebAssembly(Buffer.from('correct horse battery staple'), Buffer.alloc(16, 7), cost, signal);
      ${script}`;
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', code]);
    return stdout;
  }

  test.each(files)('derives in the worker, and ends after an abort: %s', async (_, file) => {
    const script = `
      process.stdout.write(Buffer.from(await derive(${JSON.stringify(cheap)})).toString('hex'));
      const controller = new AbortController();
      const deriving = derive(${JSON.stringify(endless)}, controller.signal);
      for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
      controller.abort();
      await deriving.catch(({ code }) => process.stdout.write(' ' + code));`;
    expect(await run(file(), script)).toBe(`${Buffer.from(expected).toString('hex')} cancelled`);
  });

  test('without permission to start a worker derives in the main thread', async () => {
    const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '' : 'experimental-';
    const script = `process.stdout.write(Buffer.from(await derive(${JSON.stringify(cheap)})).toString('hex'));`;
    const flags = [`--${permission}permission`, '--allow-fs-read=*'];
    const output = await run(`${distribution}/cjs/argon2-worker.cjs`, script, ...flags);
    expect(output).toBe(Buffer.from(expected).toString('hex'));
  });
});
