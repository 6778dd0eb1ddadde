/** A place where a credential can end up. */
export type StoreId = 'keychain' | 'credential-manager' | 'secret-service' | 'pass' | 'file';

/**
 * A store that the choice considers, in the order it is given.
 * `keyutils` is the Linux kernel's keyring: always recognised, never a {@link StoreId}, because it forgets.
 */
export type CandidateId = Exclude<StoreId, 'file'> | 'keyutils';

const keyrings = ['keychain', 'credential-manager', 'secret-service', 'pass'] as const;

/** Every candidate of every system. */
export const candidateIds: readonly CandidateId[] = [...keyrings, 'keyutils'];

/** What people call each store. */
export const storeNames: Readonly<Record<StoreId | CandidateId, string>> = {
  keychain: 'Keychain',
  'credential-manager': 'Credential Manager',
  'secret-service': 'Secret Service',
  pass: 'password store',
  keyutils: 'kernel keyring',
  file: 'encrypted file',
};

/**
 * The candidates of an operating system (`process.platform`), best first. An unknown system has none. `usePass`: the user
 * has asked for pass(1), which is never taken unasked.
 */
export function listCandidates(platform: string, usePass = false): readonly CandidateId[] {
  const pass = usePass ? (['pass'] as const) : [];
  switch (platform) {
    case 'darwin':
      return ['keychain', ...pass];
    case 'win32':
      return ['credential-manager'];
    case 'linux':
      return ['secret-service', ...pass, 'keyutils'];
    default:
      return [];
  }
}

/** The words by which a user names a store: its own name; `keychain` is the OS keyring, whatever it is called there. */
export const storeWords: readonly StoreId[] = ['file', ...keyrings];

/** The store that a word means on a system with these candidates. */
export function resolveStoreWord(word: StoreId, candidates: readonly CandidateId[]): StoreId {
  const [keyring] = candidates.filter((candidate) => candidate !== 'keyutils');
  return word === 'keychain' && keyring !== undefined ? keyring : word;
}
