import { describe, expect, test } from 'vitest';
import { isSecretVariable, nameVariables } from '../../src/domain/profile.ts';
import { keytar } from '../../src/profiles/application.ts';
import { keystow } from '../../src/profiles/keystow.ts';
import { programs } from '../support/all-programs.ts';

test('an application’s variables have its prefix', () => {
  expect(nameVariables('ACME')).toEqual({
    storage: 'ACME_STORAGE',
    disableKeyring: 'ACME_DISABLE_KEYRING',
    usePass: 'ACME_USE_PASS',
    keySource: 'ACME_SEAL',
    configDir: 'ACME_CONFIG_DIR',
    allowEnvPassphrase: 'ACME_ALLOW_ENV_PASSPHRASE',
    passphrase: 'ACME_CREDENTIALS_PASSPHRASE',
    newPassphrase: 'ACME_NEW_CREDENTIALS_PASSPHRASE',
    quiet: 'ACME_QUIET',
  });
});

describe('a variable that no child process may inherit', () => {
  const profiles = [...programs.map(({ profile }) => profile), keytar];

  test('[DOM23] is one with a secret of any program of this package, whichever of them runs', () => {
    for (const { variables, secretVariables = [] } of profiles) {
      for (const name of [variables.passphrase, variables.newPassphrase, ...secretVariables]) {
        for (const running of profiles)
          expect(isSecretVariable(name, running), `${running.program}: ${name}`).toBe(true);
      }
    }
  });

  test('is one with a secret of the application that embeds keystow', () => {
    const application = { ...keystow, variables: nameVariables('ACME'), secretVariables: ['AcmeKey'] };
    for (const name of ['ACME_CREDENTIALS_PASSPHRASE', 'ACME_NEW_CREDENTIALS_PASSPHRASE', 'AcmeKey']) {
      expect(isSecretVariable(name, application)).toBe(true);
      expect(isSecretVariable(name, keystow)).toBe(false);
    }
  });

  test.each(['jsm_client_secret', 'Keystow_Credentials_Passphrase', 'DIFY_new_CREDENTIALS_PASSPHRASE'])(
    'is one that Windows doesn’t distinguish from it: %s',
    (name) => {
      expect(isSecretVariable(name, keystow)).toBe(true);
    },
  );

  test('is not a setting, or a variable of another program', () => {
    for (const { variables, secretVariables: _, ...profile } of profiles) {
      const { passphrase: __, newPassphrase: ___, ...settings } = variables;
      for (const name of [...Object.values(settings), 'PATH', 'HOME', 'GH_TOKEN', 'CLIENT_SECRET', 'JSM_ISSUER']) {
        expect(isSecretVariable(name, { ...profile, variables }), name).toBe(false);
      }
    }
  });
});
