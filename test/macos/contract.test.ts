import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { loadBinding } from '../../src/adapters/native/binding.ts';
import { contract } from '../contract/credential-store.contract.ts';
import type { Harness } from '../contract/harness.ts';
import { openRealStore } from '../native/harness.ts';

/** The contract leaves credentials behind in the default keychain: it has to be one that is thrown away. */
const keychain = process.env.THROW_AWAY_KEYCHAIN ?? '';

function missing(): string | undefined {
  if (process.platform !== 'darwin') return 'this is not macOS';
  if (keychain === '')
    return 'it fills the default keychain: make that one to throw away, and name it by THROW_AWAY_KEYCHAIN';
  return undefined;
}

contract(keychainHarness());

function keychainHarness(): Harness {
  const why = missing();
  let folder = '';
  const open = async () => openRealStore(createKeychain, folder, loadBinding());
  return {
    name: 'keychain-native',
    ...(why !== undefined && { missing: why }),
    async start() {
      folder = mkdtempSync(join(tmpdir(), 'keystow-keychain-'));
    },
    async stop() {
      rmSync(folder, { recursive: true, force: true });
    },
    open,
    probe: open,
    contents,
  };
}

/** The attributes of each item, which include the time of its last change. */
async function contents(): Promise<string> {
  const options = { encoding: 'utf8', timeout: 20_000, maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout, status, stderr } = spawnSync('security', ['dump-keychain', keychain], options);
  if (status !== 0) throw new Error(stderr);
  const items = stdout.split(/^keychain: /m);
  return createHash('sha256').update(items.sort().join()).digest('hex');
}
