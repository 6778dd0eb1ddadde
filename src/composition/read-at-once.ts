import { getAtOnce } from '../adapters/encrypted-file/get-at-once.ts';
import { readPlain } from '../adapters/files/read-plain.ts';
import { readSettings } from '../app/settings.ts';
import { type CredentialName, credentialName } from '../domain/credential-name.ts';
import { findPlaced } from '../domain/placement.ts';
import { parsePlacement } from '../domain/placement-text.ts';
import type { Profile } from '../domain/profile.ts';
import type { Secret } from '../domain/secret.ts';
import { currentFolder } from './current-folder.ts';
import { homeFolder } from './home-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The secret, where reading it is all that there is to do, as it nearly always is: the placement says where it is kept,
 * nobody is to be asked, and nothing is out of order. It is what `getCredential` gives then, with a fraction of the
 * program loaded. `undefined` says nothing: `getCredential` finds out, from the start. Never rejects.
 */
export async function readAtOnce(
  profile: Profile,
  name: CredentialName,
  environment: Environment = process.env,
): Promise<Secret | undefined> {
  try {
    return await read(profile, credentialName(name.service, name.account), environment);
  } catch {
    return undefined;
  }
}

async function read(profile: Profile, name: CredentialName, environment: Environment): Promise<Secret | undefined> {
  const { platform } = process;
  const home = homeFolder(environment);
  const facts = { environment, platform, home, directory: currentFolder(), terminal: false };
  const { policy, credentialsPath, placementPath } = readSettings(profile, facts);
  if (policy.preference !== 'auto' && policy.preference !== 'file') return undefined;
  const text = readPlain(placementPath);
  const parsed = text === undefined ? undefined : parsePlacement(text);
  const store = parsed?.kind === 'placement' ? findPlaced(parsed.placement, name)?.store : undefined;
  if (store === 'file') return getAtOnce(credentialsPath, home, name);
  if (store !== 'secret-service' || policy.keyringDisabled) return undefined;
  const secretService = await import('../adapters/secret-service/get-at-once.ts');
  return secretService.getAtOnce(environment, name, profile.itemLayout ?? 'keystow');
}
