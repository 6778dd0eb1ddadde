import type { Context } from '../../app/context.ts';
import type { ListedCredential } from '../../app/credentials/list-credentials.ts';
import type { WriteResult } from '../../app/credentials/set-credential.ts';
import { describeProtection } from '../../app/doctor/examine.ts';
import type { ResealResult } from '../../app/encrypted-file.ts';
import { advise } from '../../domain/advice/advise.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { formatName, type Line, tab } from './text.ts';

/** Service, tab, account. */
export function formatListed({ service, account }: ListedCredential): Line {
  return [service, tab, account];
}

/** The store that took `what`, and the reason if it is the encrypted file. */
export function formatStored(what: string, { store, skipped, stale }: WriteResult, { host }: Context): string {
  const [first] = skipped;
  const reason = first && store === 'file' ? `: ${advise(first, host).explanation}` : '';
  const older = stale.map((id) => `; an older copy may still be in the ${storeNames[id]}`).join('');
  return `stored ${what} in the ${storeNames[store]}${reason}${older}`;
}

export function formatDeleted(name: CredentialName, removed: readonly StoreId[]): string {
  return `removed ${formatName(name)} from ${removed.map((store) => `the ${storeNames[store]}`).join(' and ')}`;
}

/** What protects the encrypted file after its key source was changed. */
export function formatResealed(path: string, { before, seal }: ResealResult): string {
  const passphrase = before === 'home' ? 'now sealed with your passphrase' : 'sealed with the new passphrase';
  return `${path} is ${seal === 'home' ? describeProtection(seal) : passphrase}`;
}
