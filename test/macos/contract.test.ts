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

/** The contract leaves credentials in the default keychain, so that must be a disposable one. */
const disposableKeychain = process.env.THROW_AWAY_KEYCHAIN ?? '';

function findMissing(): string | undefined {
  if (process.platform !== 'darwin') return 'this is not macOS';
  if (disposableKeychain === '')
    return 'it fills the default keychain: set up a disposable one, and set THROW_AWAY_KEYCHAIN to its name';
  return undefined;
}

contract(keychainHarness());

function keychainHarness(): Harness {
  const missing = findMissing();
  let folder = '';
  const open = async () => openRealStore(createKeychain, folder, loadBinding());
  return {
    name: 'keychain-native',
    ...(missing !== undefined && { missing }),
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

/** Returns a digest of the attributes of all items, which include the time of their last change. */
async function contents(): Promise<string> {
  const options = { encoding: 'utf8', timeout: 20_000, maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout, status, stderr } = spawnSync('security', ['dump-keychain', disposableKeychain], options);
  if (status !== 0) throw new Error(stderr);
  const items = stdout.split(/^keychain: /m);
  return createHash('sha256').update(items.sort().join()).digest('hex');
}
