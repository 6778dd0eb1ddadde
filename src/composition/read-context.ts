import { createPlacementReader } from '../adapters/placement-file/placement-file.ts';
import { createNotices } from '../adapters/terminal/terminal.ts';
import type { ReadContext } from '../app/context.ts';
import { readSettings } from '../app/settings.ts';
import type { Profile } from '../domain/profile.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { PassphraseSource } from '../ports/interaction.ts';
import { describeEncryptedFile, findCurrentFolder, findHomeFolder } from './environment.ts';

/**
 * Creates the part of a context that a read without prompts needs: the reading parts of the encrypted file and of the
 * Secret Service. Opening any other store rejects.
 */
export function createReadContext(
  profile: Profile,
  environment: Readonly<Record<string, string | undefined>>,
): ReadContext {
  const home = findHomeFolder(environment);
  const settings = readSettings(profile, {
    environment,
    platform: process.platform,
    home,
    get directory() {
      return findCurrentFolder();
    },
    terminal: false,
  });
  const { warn } = createNotices({ program: profile.program, quiet: settings.quiet });
  const placement = createPlacementReader({ path: settings.placementPath });
  return {
    profile,
    settings,
    get host(): never {
      throw new Error('a read without prompts explains no error');
    },
    placement,
    terminal: {
      // The full program then reads the secret, and warns.
      warn: () => {
        throw new Error('a read without prompts prints no warning');
      },
    },
    stores: {
      candidates: [],
      async open(id: StoreId) {
        if (id === 'file') {
          const { FileReader } = await import('../adapters/encrypted-file/file-reader.ts');
          const file = describeEncryptedFile({ profile, settings, placement, home, environment, notice: warn });
          return new FileReader({ ...file, passphrases: noPassphrases });
        }
        if (id === 'secret-service') {
          const { SecretServiceReader } = await import('../adapters/secret-service/secret-service-reader.ts');
          const { attributeSchema } = profile;
          const interaction = { interactive: false, notifyWaiting: () => undefined };
          return new SecretServiceReader({
            environment,
            interaction,
            timeoutMs,
            ...(attributeSchema && { attributeSchema }),
          });
        }
        throw new Error(`${id} can't be opened here`);
      },
    },
  };
}

/** How long the Secret Service may take: a fraction of what it usually may, because the full program then asks it again. */
const timeoutMs = 700;

const noPassphrases: PassphraseSource = {
  open: async () => undefined,
  create: () => Promise.reject(new Error('a read creates no passphrase')),
  change: () => Promise.reject(new Error('a read changes no passphrase')),
};
