import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import type { Context } from '../../src/app/context.ts';
import { readSettings } from '../../src/app/settings.ts';
import { createLockOf, createRenewalServices } from '../../src/composition/context.ts';
import { createStores } from '../../src/composition/stores.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { Terminal } from '../../src/ports/interaction.ts';
import { keystow } from '../../src/profiles/keystow.ts';

/** Creates the context of keystow on Linux with the real stores of a home. It is non-interactive and prints nothing. */
export function createHomeContext(home: string, environment: Readonly<Record<string, string>>): Context {
  const platform = 'linux';
  const settings = readSettings(keystow, { environment, platform, home, directory: home, terminal: false });
  const terminal: Terminal = {
    notice: () => undefined,
    warn: () => undefined,
    restoreEcho: () => undefined,
    askHidden: async () => {
      throw new CredentialError('passphrase-required', 'non-interactive');
    },
  };
  const placement = createPlacementFile({ path: settings.placementPath });
  const options = { profile: keystow, settings, placement, terminal, environment, platform, home };
  return {
    profile: keystow,
    settings,
    host: {
      platform,
      distribution: 'other',
      folder: '/usr/lib/node_modules/keystow',
      program: 'keystow',
      storageVariable: keystow.variables.storage,
      disableVariable: keystow.variables.disableKeyring,
    },
    stores: createStores({ ...options, mayShowDialog: () => false }),
    placement,
    lockOf: createLockOf(settings),
    renewal: createRenewalServices(settings, false),
    terminal,
    clock: () => new Date().toISOString(),
    signal: new AbortController().signal,
  };
}
