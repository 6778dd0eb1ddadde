import { type CredentialName, isSameName } from '../credential-name.ts';
import { parseDifyHost } from './dify-host.ts';

/** Who is signed in where: one entry each. */
export interface DifyAccount {
  /** As {@link parseDifyHost} spells it. */
  readonly host: string;
  readonly subject: string;
}

const service = 'difyctl';
const scheme = 'https://';

/**
 * What an account is kept under: on Windows the service `difyctl/HOST` and the subject, elsewhere the service `difyctl`
 * and `SUBJECT@HOST`. `https://` is left out of a host.
 */
export function toDifyName({ host, subject }: DifyAccount, platform: string): CredentialName {
  const short = host.startsWith(scheme) ? host.slice(scheme.length) : host;
  return platform === 'win32'
    ? { service: `${service}/${short}`, account: subject }
    : { service, account: `${subject}@${short}` };
}

/** Whose entry a name is; `undefined` for a name that {@link toDifyName} never gives. */
export function parseDifyAccount(name: CredentialName, platform: string): DifyAccount | undefined {
  // No host holds an @, so the last one ends the subject.
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
