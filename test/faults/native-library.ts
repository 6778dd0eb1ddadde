import { execFileSync } from 'node:child_process';
import { mkdtempSync, open } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultyBinding, type Hang } from './faulty-binding.ts';

/** Blocks a libuv thread forever, as a hanging native call does, by opening a pipe that has no writer. */
const hang: Hang = {
  promise() {
    const pipe = join(mkdtempSync(join(tmpdir(), 'keystow-hang-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    open(pipe, 'r', () => undefined);
    return new Promise<never>(() => undefined);
  },
  block() {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};

// Loaded instead of the platform's module, through NAPI_RS_NATIVE_LIBRARY_PATH.
export const { AsyncEntry, Entry, findCredentials, findCredentialsAsync } = faultyBinding(
  JSON.parse(process.env.KEYSTOW_FAULTY_BINDING ?? '{"stage":"load"}'),
  hang,
);
