import type { KeySource } from '../domain/profile.ts';
import type { StoreId } from '../domain/store-id.ts';

/** Where an application's credentials are kept now, as doctor heads its report. */
export type StorageLabel =
  | 'OS keyring'
  /** Not one of them either: pass(1) belongs to the user, and is used only where they say so. */
  | 'Password store (pass)'
  | 'Encrypted file (interactive passphrase)'
  | 'Encrypted file (env passphrase)'
  /** Not one of the labels that jsm's guide gives: a file sealed by home asks for no passphrase at all. */
  | 'Encrypted file (sealed by home directory)'
  | 'No credentials stored';

/** `store`: where the newest credential is kept, if there is any. `seal`: how the file is sealed. */
export function storageLabel(store: StoreId | undefined, seal: KeySource, envPassphrase: boolean): StorageLabel {
  if (store === undefined) return 'No credentials stored';
  if (store === 'pass') return 'Password store (pass)';
  if (store !== 'file') return 'OS keyring';
  if (seal === 'home') return 'Encrypted file (sealed by home directory)';
  return envPassphrase ? 'Encrypted file (env passphrase)' : 'Encrypted file (interactive passphrase)';
}
