import type { Profile } from '../domain/profile.ts';

/** Returns the names of an application's variables. */
export function nameVariables(prefix: string): Profile['variables'] {
  return {
    storage: `${prefix}_STORAGE`,
    disableKeyring: `${prefix}_DISABLE_KEYRING`,
    usePass: `${prefix}_USE_PASS`,
    keySource: `${prefix}_SEAL`,
    configDir: `${prefix}_CONFIG_DIR`,
    allowEnvPassphrase: `${prefix}_ALLOW_ENV_PASSPHRASE`,
    passphrase: `${prefix}_CREDENTIALS_PASSPHRASE`,
    newPassphrase: `${prefix}_NEW_CREDENTIALS_PASSPHRASE`,
    quiet: `${prefix}_QUIET`,
  };
}
