import type { Profile } from '../domain/profile.ts';

export const keystow: Profile = {
  program: 'keystow',
  sentinelService: 'keystow',
  files: { credentials: 'credentials.json', placement: 'placement.json' },
  seal: 'home',
  variables: {
    storage: 'KEYSTOW_STORAGE',
    disableKeyring: 'KEYSTOW_DISABLE_KEYRING',
    seal: 'KEYSTOW_SEAL',
    configDir: 'KEYSTOW_CONFIG_DIR',
    allowEnvPassphrase: 'KEYSTOW_ALLOW_ENV_PASSPHRASE',
    passphrase: 'KEYSTOW_CREDENTIALS_PASSPHRASE',
    quiet: 'KEYSTOW_QUIET',
  },
};
