import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { recordWrite } from '../../src/domain/placement/placement-index.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, openFile, passphrase, typed } from '../encrypted-file/place.ts';

/** One of the two files that keystow writes, and one way to write it, for the durability tests. */
export interface DurableFile {
  readonly name: string;
  /** The verb of child.ts that writes `alice` to it, or seals it again. */
  readonly verb: 'set' | 'place' | 'reseal';
  /** Stores other data for alice, and some for bob. */
  fill(path: string): Promise<void>;
  /** Returns all its data: account → value. Rejects if it is damaged. */
  read(path: string): Promise<Readonly<Record<string, string>>>;
  /** Writes carol to it. */
  add(path: string): Promise<void>;
}

const carol = { service: 'example.com', account: 'carol' };
const at = '2026-11-02T09:00:00.000Z';

const encryptedFile: DurableFile = {
  name: 'the encrypted file',
  verb: 'set',
  async fill(path) {
    const store = openFile(path, 'home');
    await store.set(alice, textSecret('old'));
    await store.set(bob, textSecret('of bob'));
  },
  read: (path) => readContents(openFile(path, 'home')),
  add: (path) => openFile(path, 'home').set(carol, textSecret('of carol')),
};

const placementFile: DurableFile = {
  name: 'the placement file',
  verb: 'place',
  async fill(path) {
    const record = createPlacementFile({ path });
    await record.update((now) => recordWrite(now, alice, 'keychain', at));
    await record.update((now) => recordWrite(now, bob, 'secret-service', at));
  },
  async read(path) {
    const { placement, state } = await createPlacementFile({ path }).read();
    if (state === 'damaged') throw new Error('the placement file is damaged');
    return Object.fromEntries(placement.map(({ account, store }) => [account, store]));
  },
  add: (path) => createPlacementFile({ path }).update((now) => recordWrite(now, carol, 'file', at)),
};

const passphrases = { old: passphrase, new: 'another one' } as const;

const passphraseOfFile: DurableFile = {
  name: 'the passphrase of the encrypted file',
  verb: 'reseal',
  async fill(path) {
    const store = openFile(path, 'passphrase');
    await store.set(alice, textSecret('of alice'));
    await store.set(bob, textSecret('of bob'));
  },
  async read(path) {
    for (const [which, passphrase] of Object.entries(passphrases)) {
      try {
        const contents = await readContents(openFile(path, 'passphrase', { passphrases: typed(passphrase) }));
        return { ...contents, 'sealed by': which };
      } catch (error) {
        if (!(error instanceof CredentialError) || error.code !== 'wrong-passphrase') throw error;
      }
    }
    throw new Error('it opens by neither passphrase');
  },
  add: (path) =>
    openFile(path, 'passphrase', { passphrases: typed(passphrases.old, passphrases.new) }).set(
      carol,
      textSecret('of carol'),
    ),
};

export const durableFiles: readonly DurableFile[] = [encryptedFile, placementFile, passphraseOfFile];

async function readContents(store: ReturnType<typeof openFile>): Promise<Readonly<Record<string, string>>> {
  const names = await store.list();
  const secrets = names.map(async (name) => [name.account, await readText(store, name)]);
  return Object.fromEntries(await Promise.all(secrets));
}

async function readText(store: ReturnType<typeof openFile>, name: typeof alice): Promise<string> {
  return Buffer.from((await store.get(name))?.expose() ?? []).toString();
}
