import { writeSync } from 'node:fs';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { loadBinding } from '../../src/adapters/native/binding.ts';
import { alice, createSecret, createTestMutex, createWithVisibleTargets } from '../native/harness.ts';
import { type CallWrapper, wrapCalls } from './binding.ts';

/**
 * A program for the tests: `node child.js WRITES STORE BYTES SEED`. Sets a secret of BYTES bytes, or deletes it if BYTES is
 * `none`, and prints `done`. After WRITES writes, it prints `killed` and kills itself before the next one.
 */
const [writes = '', kind = '', bytes = '', seed = ''] = process.argv.slice(2);

let writesLeft = Number(writes);
const killBeforeWrite: CallWrapper = (kind, call) => {
  if (kind === 'write') writesLeft -= 1;
  if (writesLeft >= 0) return call();
  writeSync(1, 'killed');
  // Windows calls TerminateProcess, which runs no further code of this process.
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

const create = kind === 'visible-target' ? createWithVisibleTargets : createCredentialManager;
const store = create({
  loadBinding: () => wrapCalls(loadBinding(), killBeforeWrite),
  sentinelService: 'keystow-test',
  interaction: { interactive: false, notifyWaiting: () => undefined },
  // Locks that outlive their holder are tested elsewhere: test/encrypted-file/processes.test.ts.
  withLock: createTestMutex(),
});
if (bytes === 'none') await store.delete(alice);
else await store.set(alice, createSecret(Number(bytes), Number(seed)));
writeSync(1, 'done');
