import { runInThisContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
// The bundle of hash-wasm's argon2, as text: the worker needs no file, so it starts from any bundle and in any host.
import hashWasm from 'hash-wasm/dist/argon2.umd.min.js?raw';
import type { Argon2Cost } from '../../domain/envelope/key-derivation.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';

/** The parameters of hash-wasm's `argon2id`. */
interface Argon2Parameters {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly memorySize: number;
  readonly iterations: number;
  readonly parallelism: number;
  readonly hashLength: 32;
  readonly outputType: 'binary';
}

/**
 * Argon2id in WebAssembly, in a worker thread, so that signals and timers of this process don't wait for it. An abort ends
 * the worker immediately → `cancelled`. If the worker fails, for example where a policy allows none, the main thread derives.
 */
export async function argon2idInWebAssembly(
  passphrase: Uint8Array,
  salt: Uint8Array,
  { memoryKiB: memorySize, iterations, parallelism }: Argon2Cost,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const options = signal && { signal };
  throwIfAborted(options);
  const costs = { memorySize, iterations, parallelism, hashLength: 32, outputType: 'binary' } as const;
  const key = await deriveInWorker({ password: passphrase, salt, ...costs }, options);
  if (key !== undefined) return key;
  return loadHashWasm().argon2id({ password: passphrase, salt, ...costs });
}

/** CommonJS. hash-wasm adds its functions to `exports`. */
const wrappedCode = `(function (exports, module) {${hashWasm}\n})`;

/** The same text, so that a bundle has it once. */
function loadHashWasm(): Pick<typeof import('hash-wasm'), 'argon2id'> {
  const exports = {} as typeof import('hash-wasm');
  runInThisContext(wrappedCode).call(exports, exports, {});
  return exports;
}

/** The key is sent without copying it. */
const workerCode = `
const hashWasm = {};
${wrappedCode}.call(hashWasm, hashWasm, {});
const { parentPort } = require("node:worker_threads");
parentPort.once('message', async (parameters) => {
  const key = Uint8Array.from(await hashWasm.argon2id(parameters));
  parentPort.postMessage(key, [key.buffer]);
});
`;

/** Resolves `undefined` if the worker fails. */
async function deriveInWorker(
  parameters: Argon2Parameters,
  options: { readonly signal: AbortSignal } | undefined,
): Promise<Uint8Array | undefined> {
  const worker = startWorker();
  if (worker === undefined) return undefined;
  const answer = new Promise<Uint8Array | undefined>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
  });
  // A copy, because its memory moves to the worker.
  const password = Uint8Array.from(parameters.password);
  worker.postMessage({ ...parameters, password }, [password.buffer]);
  try {
    return await rejectOnAbort(answer, options);
  } finally {
    void worker.terminate();
    // `terminate` keeps the process alive until the thread has ended.
    worker.unref();
  }
}

/**
 * Starts with an empty environment and none of Node's options, so that nothing but {@link workerCode} runs in the thread.
 * Its output isn't passed on: that would create `process.stdout` and `process.stderr`, which loads sockets.
 */
function startWorker(): Worker | undefined {
  try {
    return new Worker(workerCode, { eval: true, env: {}, execArgv: [], stdout: true, stderr: true });
  } catch {
    return undefined;
  }
}
