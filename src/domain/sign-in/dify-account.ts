import { type CredentialName, isSameName } from '../credential-name.ts';
import { type PlacementEntry, type PlacementIndex, sortNewestFirst } from '../placement/placement-index.ts';
import { parseDifyHost } from './dify-host.ts';

/** An account that is signed in at a host. Each has one credential. */
export interface DifyAccount {
  /** As {@link parseDifyHost} spells it. */
  readonly host: string;
  readonly subject: string;
}

const service = 'difyctl';
const scheme = 'https://';

/**
 * Returns the name of an account's credential: on Windows the service `difyctl/HOST` and the account `SUBJECT`, elsewhere
 * the service `difyctl` and the account `SUBJECT@HOST`. A host's `https://` is left out.
 */
export function toDifyName({ host, subject }: DifyAccount, platform: string): CredentialName {
  const short = host.startsWith(scheme) ? host.slice(scheme.length) : host;
  return platform === 'win32'
    ? { service: `${service}/${short}`, account: subject }
    : { service, account: `${subject}@${short}` };
}

/** Reverses {@link toDifyName}. Returns `undefined` for any other name. */
export function parseDifyAccount(name: CredentialName, platform: string): DifyAccount | undefined {
  // The last @ ends the subject, because no host contains one.
  const at = name.account.lastIndexOf('@');
  const [host, subject] =
    platform === 'win32'
      ? [name.service.slice(service.length + 1), name.account]
      : [name.account.slice(at + 1), name.account.slice(0, Math.max(at, 0))];
  try {
    const account = { host: parseDifyHost(host), subject };
    return subject !== '' && isSameName(toDifyName(account, platform), name) ? account : undefined;
  } catch {
    return undefined;
  }
}

/** Finds the latest sign-in in the placement index, of all or at one host. */
export function findLatestDifyEntry(
  placement: PlacementIndex,
  platform: string,
  host?: string,
): PlacementEntry | undefined {
  return sortNewestFirst(placement).find((entry) => {
    const account = parseDifyAccount(entry, platform);
    return account !== undefined && (host === undefined || account.host === host);
  });
}
