import {
  createEnvironmentNewPassphrase,
  createEnvironmentPassphrase,
  createPassphrasePrompt,
  createPresetPassphrases,
  type PresetPassphrases,
} from '../adapters/terminal/passphrase-source.ts';
import { type Settings, toPassphraseVariables } from '../app/settings.ts';
import {
  findMissingVariable,
  formatPassphraseHint,
  type PassphraseVariables,
  toVariableState,
} from '../domain/advice/setting-advice.ts';
import type { Profile } from '../domain/profile.ts';
import type { PassphraseSource, Terminal } from '../ports/interaction.ts';

export interface PassphrasesOptions {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the program that embeds keystow has set in code. The user's variables win. */
  readonly presetPassphrases?: PresetPassphrases | undefined;
}

/** Gets passphrases from the environment if the user opted in to that, or from a prompt. */
export function createPassphrases({
  profile,
  settings,
  terminal,
  environment,
  presetPassphrases = {},
}: PassphrasesOptions): PassphraseSource {
  const { variables } = profile;
  const { [variables.passphrase]: passphrase, [variables.newPassphrase]: newPassphrase } = environment;
  const announce = (secret: string, variable: string) => () =>
    terminal.notice(
      `using ${secret} from ${variable} (${variables.allowEnvPassphrase} is set).`,
      'passphrase-variable',
    );
  const current = toPassphraseVariables(profile, settings);
  const changed = { ...current, variable: variables.newPassphrase, state: toVariableState(newPassphrase) };
  const canPrompt = !profile.isEmbedded;
  // The guide of jsm prescribes the words for programs on the command line. Others may have windows.
  const what = profile.isEmbedded ? `the credentials of ${profile.program}` : 'CLI credentials';
  const prompt = createPassphrasePrompt(terminal, {
    open: `Enter passphrase for ${what}:`,
    create: `Choose a passphrase for ${what}:`,
    change: `Choose a new passphrase for ${what}:`,
    repeat: 'Repeat the passphrase:',
    hint: formatPassphraseHint(current, { canPrompt }),
    changeHint: formatPassphraseHint(changed, { canPrompt }),
  });
  /** Before a prompt that the user may not expect: the hint says the same if nobody can be asked. */
  const noticeMissing = (variables: PassphraseVariables) => {
    const missing = findMissingVariable(variables);
    if (missing !== undefined && settings.interactive) terminal.notice(missing, 'passphrase-variable');
  };
  return {
    ...prompt,
    open(attempt) {
      if (attempt === 1) noticeMissing(current);
      return prompt.open(attempt);
    },
    create() {
      noticeMissing(current);
      return prompt.create();
    },
    change() {
      noticeMissing(changed);
      return prompt.change();
    },
    ...createPresetPassphrases(presetPassphrases),
    ...(settings.envPassphrase &&
      passphrase &&
      createEnvironmentPassphrase(passphrase, announce('credential passphrase', variables.passphrase))),
    ...(settings.newEnvPassphrase &&
      newPassphrase &&
      createEnvironmentNewPassphrase(newPassphrase, announce('new credential passphrase', variables.newPassphrase))),
  };
}
