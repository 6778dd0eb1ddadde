import type { Context } from '../../app/context.ts';
import type { ListedCredential } from '../../app/credentials/list-credentials.ts';
import type { WriteResult } from '../../app/credentials/set-credential.ts';
import { advise } from '../../domain/advice/advise.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { escapeControls, formatName } from './text.ts';

export function listLine({ service, account }: ListedCredential): string {
  return `${escapeControls(service)}\t${escapeControls(account)}\n`;
}

/** Which store took it, and why that one. */
export function storedLine(what: string, { store, skipped, stale }: WriteResult, { host }: Context): string {
  const [first] = skipped;
  const why = first && store === 'file' ? `: ${advise(first, host).explanation}` : '';
  const left = stale.map((id) => `; an older copy may still be in the ${storeNames[id]}`).join('');
  return `stored ${what} in the ${storeNames[store]}${why}${left}\n`;
}

export function deletedLine(name: CredentialName, removed: readonly StoreId[]): string {
  return `removed ${formatName(name)} from the ${removed.map((store) => storeNames[store]).join(' and the ')}\n`;
}
