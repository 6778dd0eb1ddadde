import {
  createEnvironmentNewPassphrase,
  createEnvironmentPassphrase,
  createPassphrasePrompt,
} from '../adapters/terminal/passphrase-source.ts';
import type { Settings } from '../app/settings.ts';
import type { Profile } from '../domain/profile.ts';
import type { PassphraseSource, Terminal } from '../ports/interaction.ts';

export interface PassphrasesOptions {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Gets passphrases from the environment if the user opted in to that, or from a prompt. */
export function createPassphrases({ profile, settings, terminal, environment }: PassphrasesOptions): PassphraseSource {
  const { variables } = profile;
  const { [variables.passphrase]: passphrase, [variables.newPassphrase]: newPassphrase } = environment;
  const announce = (secret: string, variable: string) => () =>
    terminal.notice(`using ${secret} from ${variable} (${variables.allowEnvPassphrase} is set).`);
  const hint = (variable: string, value: string | undefined) =>
    `${value === '' ? `${variable} is empty: ` : ''}set ${variables.allowEnvPassphrase}=1 and ${variable}, or run it on a terminal`;
  const prompt = createPassphrasePrompt(terminal, {
    open: 'Enter passphrase for CLI credentials:',
    create: 'Choose a passphrase for CLI credentials:',
    change: 'Choose a new passphrase for CLI credentials:',
    repeat: 'Repeat the passphrase:',
    hint: hint(variables.passphrase, passphrase),
    changeHint: hint(variables.newPassphrase, newPassphrase),
  });
  return {
    ...prompt,
    ...(settings.envPassphrase &&
      passphrase &&
      createEnvironmentPassphrase(passphrase, announce('credential passphrase', variables.passphrase))),
    ...(settings.newEnvPassphrase &&
      newPassphrase &&
      createEnvironmentNewPassphrase(newPassphrase, announce('new credential passphrase', variables.newPassphrase))),
  };
}
