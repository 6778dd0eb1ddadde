import { execFileSync } from 'node:child_process';
import { mkdtempSync, open } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Endless, faultyBinding } from './faulty-binding.ts';

/** Stays in one of libuv's threads for ever, as a native call that hangs does: opening a pipe that nobody writes to. */
const endless: Endless = {
  promise() {
    const pipe = join(mkdtempSync(join(tmpdir(), 'keystow-endless-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    open(pipe, 'r', () => undefined);
    return new Promise<never>(() => undefined);
  },
  block() {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};

// Loaded in place of the platform's own, by the variable that the binding has for that.
export const { AsyncEntry, Entry, findCredentials, findCredentialsAsync } = faultyBinding(
  JSON.parse(process.env.KEYSTOW_FAULTY_BINDING ?? '{"stage":"load"}'),
  endless,
);
