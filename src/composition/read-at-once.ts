import { readFileSecretFast } from '../adapters/encrypted-file/get-at-once.ts';
import { readIfPrivate } from '../adapters/files/read-private-file.ts';
import { readSettings } from '../app/settings.ts';
import { parsePlacement } from '../domain/placement/placement-codec.ts';
import type { PlacementEntry, PlacementIndex } from '../domain/placement/placement-index.ts';
import type { Profile } from '../domain/profile.ts';
import type { Secret } from '../domain/secret.ts';
import { findCurrentFolder, findHomeFolder } from './environment.ts';

/** How long the Secret Service may take. The full program then asks it again, and waits longer. */
const timeoutMs = 700;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a secret with a fraction of the program loaded, if the placement file says which store holds it and nobody has to be
 * asked. Returns `undefined` or rejects in every other case: the full program then reads it, from the start. `find` selects
 * the entry of the secret.
 */
export async function readSecretFast(
  profile: Profile,
  find: (placement: PlacementIndex) => PlacementEntry | undefined,
  environment: Environment = process.env,
): Promise<Secret | undefined> {
  const home = findHomeFolder(environment);
  const { policy, credentialsPath, placementPath } = readSettings(profile, {
    environment,
    platform: process.platform,
    home,
    get directory() {
      return findCurrentFolder();
    },
    terminal: false,
  });
  if (policy.preference !== 'auto' && policy.preference !== 'file') return undefined;
  const text = readIfPrivate(placementPath);
  const parsed = text === undefined ? undefined : parsePlacement(text);
  const placed = parsed?.kind === 'placement' ? find(parsed.placement) : undefined;
  if (placed?.store === 'file') return readFileSecretFast(credentialsPath, home, placed);
  if (placed?.store !== 'secret-service' || policy.keyringDisabled) return undefined;
  const { createSecretService } = await import('../adapters/secret-service/secret-service.ts');
  const store = createSecretService({
    environment,
    sentinelService: profile.sentinelService,
    interaction: { interactive: false, notifyWaiting: () => undefined },
    attributeSchema: profile.attributeSchema ?? 'keystow',
    timeoutMs,
  });
  return store.get(placed);
}
