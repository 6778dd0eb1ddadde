import { CredentialError } from '../domain/credential-error.ts';
import { type CandidateId, type StoreId, storeMeant } from '../domain/store-id.ts';

/** The store that an option names. A word that means none → `invalid-input`. */
export function storeOf(option: string, word: string, candidates: readonly CandidateId[]): StoreId {
  const store = storeMeant(word, candidates);
  if (store !== undefined) return store;
  throw new CredentialError('invalid-input', `--${option} is ${JSON.stringify(word)}`, {
    hint: 'name keychain for the OS keyring, file for the encrypted file, or a store as doctor --json has it',
  });
}
