/** A place where a credential can end up. */
export type StoreId = 'keychain' | 'credential-manager' | 'secret-service' | 'file';

/**
 * A store of the operating system that the choice considers, in the order it is given.
 * `keyutils` is the Linux kernel's keyring: always recognised, never a {@link StoreId}, because it forgets.
 */
export type CandidateId = Exclude<StoreId, 'file'> | 'keyutils';

/** Every candidate of every system. */
export const candidateIds: readonly CandidateId[] = ['keychain', 'credential-manager', 'secret-service', 'keyutils'];

/** What people call each store. */
export const storeNames: Readonly<Record<StoreId | CandidateId, string>> = {
  keychain: 'Keychain',
  'credential-manager': 'Credential Manager',
  'secret-service': 'Secret Service',
  keyutils: 'kernel keyring',
  file: 'encrypted file',
};

/** The candidates of an operating system (`process.platform`), best first. An unknown system has none. */
export function candidatesOf(platform: string): readonly CandidateId[] {
  switch (platform) {
    case 'darwin':
      return ['keychain'];
    case 'win32':
      return ['credential-manager'];
    case 'linux':
      return ['secret-service', 'keyutils'];
    default:
      return [];
  }
}
