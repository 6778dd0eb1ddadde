import { passphraseFromEnvironment, passphraseFromTerminal } from '../adapters/terminal/passphrases.ts';
import type { PassphraseSource } from '../ports/passphrase-source.ts';
import type { StoresOptions } from './stores.ts';

/** The passphrase from the environment, where the user opted in to that, or from whoever is there. */
export function createPassphrases({
  profile,
  settings,
  terminal,
  environment,
}: Pick<StoresOptions, 'profile' | 'settings' | 'terminal' | 'environment'>): PassphraseSource {
  const { variables } = profile;
  const passphrase = environment[variables.passphrase];
  if (settings.envPassphrase && passphrase) {
    return passphraseFromEnvironment(passphrase, () =>
      terminal.notice(
        `using credential passphrase from ${variables.passphrase} (${variables.allowEnvPassphrase} is set).`,
      ),
    );
  }
  return passphraseFromTerminal(terminal, {
    open: 'Enter passphrase for CLI credentials:',
    create: 'Choose a passphrase for CLI credentials:',
    repeat: 'Repeat the passphrase:',
    hint: `set ${variables.allowEnvPassphrase}=1 and ${variables.passphrase}, or run it on a terminal`,
  });
}
