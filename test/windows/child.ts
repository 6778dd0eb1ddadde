import { writeSync } from 'node:fs';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { loadBinding } from '../../src/adapters/native/binding.ts';
import { alice, createSecret, createTestMutex, createWithVisibleTargets } from '../native/harness.ts';
import { type Around, aroundCalls } from './around-calls.ts';

/**
 * What the tests run as a process of its own: `node child.js WRITES STORE BYTES SEED`. Sets a secret of so many bytes, or
 * deletes it where BYTES is `none`, and prints `done`; ends itself before one more write than WRITES, and prints `killed`.
 */
const [writes = '', kind = '', bytes = '', seed = ''] = process.argv.slice(2);

let left = Number(writes);
const dying: Around = (call, make) => {
  if (call === 'write') left -= 1;
  if (left >= 0) return make();
  writeSync(1, 'killed');
  // On Windows too: TerminateProcess, which runs nothing more of the process.
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

const create = kind === 'visible-target' ? createWithVisibleTargets : createCredentialManager;
const store = create({
  loadBinding: () => aroundCalls(loadBinding(), dying),
  sentinelService: 'keystow-test',
  interaction: { interactive: false, notifyWaiting: () => undefined },
  // A lock that outlives its holder is another test's: test/encrypted-file/processes.test.ts.
  withLock: createTestMutex(),
});
if (bytes === 'none') await store.delete(alice);
else await store.set(alice, createSecret(Number(bytes), Number(seed)));
writeSync(1, 'done');
