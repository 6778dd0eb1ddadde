import { isAbsolute } from 'node:path';
import type { Settings } from '../app/settings.ts';
import type { ContextOptions } from '../composition/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type KeySource, keySources, type Profile } from '../domain/profile.ts';
import { exposeSecret, isBytes, Secret } from '../domain/secret.ts';
import { storeWords } from '../domain/store-id.ts';
import { escapeUnprintable } from '../domain/text/escape.ts';
import { isError } from '../domain/text/messages.ts';
import type { CustomStore } from '../ports/credential-store.ts';
import type { NoticeCode, Terminal } from '../ports/interaction.ts';
import { createInspectionProfile } from '../profiles/application.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the user can set by environment variables, as the application's own defaults. A variable that is set, and not
 * empty, wins. {@link Report.settings} says which of the two applies.
 */
export interface StorageSettings {
  /**
   * `auto`, the default: the best store that the machine has. `keychain`: only an OS keyring. `file`: the encrypted file.
   * The variable ends in `_STORAGE`.
   */
  readonly storage?: 'auto' | 'keychain' | 'file';
  /** Whether no OS keyring is contacted. `_DISABLE_KEYRING` */
  readonly disableKeyring?: boolean;
  /** Whether the password store of pass(1) may be used. `_USE_PASS` */
  readonly usePass?: boolean;
  /** What opens a new encrypted file: `home`, the home directory, or `passphrase`. `_SEAL` */
  readonly keySource?: KeySource;
  /** The folder of the encrypted file and of the placement file, an absolute path. `_CONFIG_DIR` */
  readonly folder?: string;
  /**
   * Whether the passphrase of the encrypted file may come from the variable that ends in `_CREDENTIALS_PASSPHRASE`. To
   * pass one in code, use {@link UserInteraction.askPassphrase}. `_ALLOW_ENV_PASSPHRASE`
   */
  readonly allowEnvPassphrase?: boolean;
  /** Whether notices are suppressed, except those about the safety of the encrypted file and failing stores. `_QUIET` */
  readonly quiet?: boolean;
}

/** The names of {@link StorageSettings}. */
export type SettingName =
  | 'storage'
  | 'disableKeyring'
  | 'usePass'
  | 'keySource'
  | 'folder'
  | 'allowEnvPassphrase'
  | 'quiet';

/** A setting, as it applies. */
export interface SettingReport {
  readonly setting: SettingName;
  /** Of `storage`, `invalid` if the variable has an unknown value. */
  readonly value: string | boolean;
  /** Who decided: the user by the variable, the application by the option, or nobody. */
  readonly source: 'variable' | 'option' | 'default';
  /** The name of the variable. */
  readonly variable: string;
}

const settingVariables: Readonly<Record<SettingName, keyof Profile['variables']>> = {
  storage: 'storage',
  disableKeyring: 'disableKeyring',
  usePass: 'usePass',
  keySource: 'keySource',
  folder: 'configDir',
  allowEnvPassphrase: 'allowEnvPassphrase',
  quiet: 'quiet',
};

const settingNames = Object.keys(settingVariables) as readonly SettingName[];

/**
 * Returns the environment with the application's settings where the user hasn't set a variable. An invalid setting →
 * `invalid-setting`.
 */
export function addSettings({ variables }: Profile, settings: StorageSettings, environment: Environment): Environment {
  const merged: Record<string, string | undefined> = { ...environment };
  for (const name of settingNames) {
    const value = settings[name];
    if (value === undefined) continue;
    checkSetting(name, value);
    merged[variables[settingVariables[name]]] ||= typeof value === 'boolean' ? String(Number(value)) : value;
  }
  return merged;
}

/** The settings that the application made, unless the user has set the variable. */
export function listSettingsInCode(
  { variables }: Profile,
  options: StorageSettings,
  environment: Environment,
): NonNullable<Profile['setInCode']> {
  const names = ['storage', 'disableKeyring', 'usePass'] as const;
  return names.filter((name) => options[name] !== undefined && !environment[variables[name]]);
}

/**
 * The command that gives users keystow's commands for the application, which has none of them. npx finds the keystow that
 * the application depends on, or offers to download one. The command repeats what decides where the credentials are.
 */
export function formatKeystowCommand(
  { program: name, application = name, variables, attributeSchema = 'keystow' }: Profile,
  environment: Environment,
): string {
  const folder = environment[variables.configDir];
  const program = 'npx keystow';
  const usual = createInspectionProfile(application, program);
  const prefix = variables.quiet.replace(/_QUIET$/, '');
  const { command = program } = createInspectionProfile(application, program, {
    ...(folder && { folder }),
    ...(usual.variables.quiet !== variables.quiet && { variablePrefix: prefix }),
    ...(attributeSchema !== (usual.attributeSchema ?? 'keystow') && { attributeSchema }),
  });
  return command;
}

/** The values of each setting but the folder. */
const choices: Readonly<Partial<Record<SettingName, readonly unknown[]>>> = {
  storage: ['auto', 'keychain', 'file'],
  keySource: keySources,
};

function checkSetting(name: SettingName, value: unknown): void {
  const allowed = choices[name] ?? [true, false];
  if (name === 'folder' ? typeof value === 'string' && isAbsolute(value) : allowed.includes(value)) return;
  const hint = name === 'folder' ? 'pass an absolute path' : `use one of ${allowed.join(', ')}`;
  throw new CredentialError('invalid-setting', `invalid option ${name}`, { hint });
}

/** Reports each setting, and who decided it. `environment`: the user's, without the application's settings. */
export function reportSettings(
  { variables }: Profile,
  options: StorageSettings,
  environment: Environment,
  settings: Settings,
  folder: string,
): readonly SettingReport[] {
  const values: Readonly<Record<SettingName, string | boolean>> = {
    storage: settings.policy.preference,
    disableKeyring: settings.policy.keyringDisabled,
    usePass: settings.usePass,
    keySource: settings.keySource,
    folder,
    allowEnvPassphrase: settings.allowsEnvPassphrase,
    quiet: settings.quiet,
  };
  return settingNames.map((setting) => {
    const variable = variables[settingVariables[setting]];
    const source = environment[variable] ? 'variable' : options[setting] === undefined ? 'default' : 'option';
    return { setting, value: values[setting], source, variable };
  });
}

/** An invalid store, or two with the same id → `invalid-setting`. */
export function checkStores(stores: readonly CustomStore[]): readonly CustomStore[] {
  const methods = ['get', 'set', 'delete', 'list', 'close'] as const;
  const isValid = (store: CustomStore, index: number) =>
    typeof store === 'object' &&
    store !== null &&
    methods.every((method) => typeof store[method] === 'function') &&
    ['custom', ...storeWords].includes(store.id) &&
    (store.id as string) !== 'file' &&
    stores.findIndex(({ id }) => id === store.id) === index;
  if (stores.every(isValid)) return stores;
  throw new CredentialError('invalid-setting', 'invalid option stores', {
    hint: "pass objects with the methods of CredentialStore, and the id 'custom'",
  });
}

/** Accepts the module as `require` and `import * as` return it. Anything else → `invalid-setting`. */
export function toBinding(module: object): NonNullable<ContextOptions['binding']> {
  const { default: inner } = module as { readonly default?: unknown };
  for (const binding of [module, inner] as Partial<NonNullable<ContextOptions['binding']>>[]) {
    if (binding?.AsyncEntry && binding.findCredentialsAsync) return binding as Required<typeof binding>;
  }
  throw new CredentialError('invalid-setting', 'invalid option binding', {
    hint: "pass the module @napi-rs/keyring: require('@napi-rs/keyring')",
  });
}

/** Checks and copies the passphrases. An invalid one → `invalid-setting`. */
export function toPresetPassphrases({
  passphrase,
  newPassphrase,
}: UserInteraction): NonNullable<ContextOptions['presetPassphrases']> {
  return {
    ...(passphrase !== undefined && { current: toPassphrase('passphrase', passphrase) }),
    ...(newPassphrase !== undefined && { next: toPassphrase('newPassphrase', newPassphrase) }),
  };
}

function toPassphrase(option: string, value: unknown): Secret {
  const bytes = typeof value === 'string' ? Buffer.from(value) : (exposeSecret(value) ?? value);
  if (isBytes(bytes) && bytes.length > 0) return new Secret(new Uint8Array(bytes));
  throw new CredentialError('invalid-setting', `invalid option ${option}`, {
    hint: 'pass text or bytes, and not none',
  });
}

/** How keystow may interact with the application's user. */
export interface UserInteraction {
  /**
   * Whether a store may show its own dialog, for example to unlock a keyring, and wait for the answer. No dialog is shown
   * if the variable `CI` is set, and Windows has none.
   *
   * - `false`, the default: no. Right for a server
   * - `auto`: if there's a terminal; on Linux, also if there's a display; on macOS, also unless it's a session of SSH. Right
   *   for a command-line tool
   * - `true`: yes, because the program knows that it has a user. Right for a desktop application
   */
  readonly interactive?: boolean | 'auto';
  /**
   * Asks for the passphrase of the encrypted file. Left out, nobody can be asked: `passphrase-required`. If it rejects,
   * throws or returns `undefined`, the user has cancelled: `cancelled`.
   */
  askPassphrase?(question: string): Promise<string | undefined>;
  /**
   * The passphrase of the encrypted file, instead of {@link askPassphrase}: as text or bytes, never empty. It opens a file that
   * a passphrase seals; what seals a new one is up to `keySource`. The user's variable wins.
   *
   * Risky: written into your code, it protects nothing, because everybody who has the program has it. Read it from where your
   * deployment keeps secrets, such as a mounted file.
   */
  readonly passphrase?: string | Uint8Array | Secret;
  /** The passphrase that `changePassphrase` changes to. The same applies. */
  readonly newPassphrase?: string | Uint8Array | Secret;
  /** Receives notices and warnings. keystow itself prints nothing. */
  onNotice?(notice: Notice): void;
}

/** What the application may want to tell its user, or to write to its log. No secret is in it. */
export interface Notice {
  /** What it is about. Doesn't change its meaning. */
  readonly code: NoticeCode;
  /** One line, without control characters. */
  readonly message: string;
  /** What to do about it. One line. */
  readonly hint?: string;
}

/** A terminal that calls the application's functions. */
export function createCallbackTerminal({ askPassphrase, onNotice }: UserInteraction, quiet: boolean): Terminal {
  const report = (message: string, hint?: string, code: NoticeCode = 'other') =>
    onNotice?.({
      code,
      message: escapeUnprintable(message),
      ...(hint !== undefined && { hint: escapeUnprintable(hint) }),
    });
  return {
    notice: (line, code) => {
      if (!quiet) report(line, undefined, code);
    },
    warn: report,
    async askHidden(question) {
      if (askPassphrase === undefined)
        throw new CredentialError('passphrase-required', 'a passphrase is required, and nobody can be asked for it');
      let answer: unknown;
      let why = '';
      try {
        answer = await askPassphrase(escapeUnprintable(question));
      } catch (error) {
        // Its message may repeat the typed secret.
        why = ` (${isError(error) ? error.name : typeof error})`;
      }
      if (typeof answer === 'string') return new Secret(new Uint8Array(Buffer.from(answer)));
      throw new CredentialError('cancelled', `the question for the passphrase was cancelled${why}`);
    },
    restoreEcho: () => {},
  };
}
