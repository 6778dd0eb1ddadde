/** A store that can hold credentials. `custom` is one that an application brings along. */
export type StoreId = 'keychain' | 'credential-manager' | 'secret-service' | 'pass' | 'custom' | 'file';

/**
 * A store that a selection considers. `keyutils` is the kernel keyring of Linux: it is recognised, but it is not a
 * {@link StoreId} because it is volatile and never selected.
 */
export type CandidateId = Exclude<StoreId, 'file'> | 'keyutils';

const keyrings = ['keychain', 'credential-manager', 'secret-service', 'pass'] as const;

/** The candidates of all systems. */
export const candidateIds: readonly CandidateId[] = [...keyrings, 'keyutils'];

/** The names for people. */
export const storeNames: Readonly<Record<StoreId | CandidateId, string>> = {
  keychain: 'Keychain',
  'credential-manager': 'Credential Manager',
  'secret-service': 'Secret Service',
  pass: 'password store',
  custom: 'custom store',
  keyutils: 'kernel keyring',
  file: 'encrypted file',
};

/**
 * The candidates of an operating system (`process.platform`), best first. An unknown system has none. pass(1) is a
 * candidate only if the user opted in with `usePass`.
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

/** The words for a store on the command line. `keychain` stands for the OS keyring of any system. */
export const storeWords: readonly StoreId[] = ['file', ...keyrings];

/** The store that a word stands for on a system with these candidates. */
export function resolveStoreWord(word: StoreId, candidates: readonly CandidateId[]): StoreId {
  const [keyring] = candidates.filter((candidate) => candidate !== 'keyutils');
  return word === 'keychain' && keyring !== undefined ? keyring : word;
}
