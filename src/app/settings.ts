import { posix, win32 } from 'node:path';
import { type PassphraseVariables, toVariableState } from '../domain/advice/setting-advice.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { isInteractive, isOn } from '../domain/host-info.ts';
import { type KeySource, keySources, nameVariables, type Profile } from '../domain/profile.ts';
import type { Policy } from '../domain/selection/selection.ts';
import { findClosest } from '../domain/text/messages.ts';

/** An application's settings, read once from its environment variables. */
export interface Settings {
  readonly policy: Policy;
  /** Whether pass(1) is a candidate. */
  readonly usePass: boolean;
  /** The key source of a new encrypted file. */
  readonly keySource: KeySource;
  /** Absolute path of the encrypted file. */
  readonly credentialsPath: string;
  /** Absolute path of the placement file. */
  readonly placementPath: string;
  /** Whether both variables for a passphrase from the environment are set. The passphrase itself isn't kept here. */
  readonly envPassphrase: boolean;
  /** The same for the new passphrase of `passphrase change`. */
  readonly newEnvPassphrase: boolean;
  /** Whether the program that embeds keystow has set the passphrase in code. */
  readonly presetPassphrase?: boolean;
  /** Whether the passphrase may come from the environment. */
  readonly allowsEnvPassphrase: boolean;
  /** Whether the variable for it is set. The passphrase itself isn't kept here. */
  readonly passphraseVariable: PassphraseVariables['state'];
  readonly quiet: boolean;
  /** Whether somebody can probably answer a prompt: {@link isInteractive}. */
  readonly interactive: boolean;
}

/** What the settings depend on besides the profile. */
export interface ProcessInfo {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** The user's home folder, absolute; `''` if it's unknown. */
  readonly home: string;
  /** The current folder, absolute. */
  readonly directory: string;
  /** Whether the process has a terminal to prompt on. */
  readonly terminal: boolean;
}

/**
 * Reads an application's variables. An unknown key source → `invalid-setting`. An unknown preference becomes `invalid`, which
 * rule 1 of the selection rejects.
 */
export function readSettings(profile: Profile, info: ProcessInfo): Settings {
  const { variables, files } = profile;
  const { environment } = info;
  const { join } = info.platform === 'win32' ? win32 : posix;
  const folder = resolveConfigFolder(profile, info);
  const allowsEnvPassphrase = isOn(environment[variables.allowEnvPassphrase]);
  return {
    policy: {
      preference: readPreference(environment[variables.storage] || 'auto'),
      keyringDisabled: isOn(environment[variables.disableKeyring]),
    },
    usePass: isOn(environment[variables.usePass]),
    keySource: readKeySource(profile, environment),
    credentialsPath: join(folder, files.credentials),
    placementPath: join(folder, files.placement),
    envPassphrase: allowsEnvPassphrase && Boolean(environment[variables.passphrase]),
    newEnvPassphrase: allowsEnvPassphrase && Boolean(environment[variables.newPassphrase]),
    allowsEnvPassphrase,
    passphraseVariable: toVariableState(environment[variables.passphrase]),
    quiet: isOn(environment[variables.quiet]),
    // A getter, because looking for a terminal is slow, and a read doesn't need it.
    get interactive() {
      return isInteractive(info);
    },
  };
}

/**
 * The folder that the user chose, or `%APPDATA%\PROGRAM` on Windows, or `$XDG_CONFIG_HOME/PROGRAM`, or
 * `~/.config/PROGRAM`. A base folder that isn't absolute is ignored (XDG Base Directory Specification). The folder depends
 * on the home folder, which is unknown → `invalid-setting`.
 */
function resolveConfigFolder({ program, folder = program, variables }: Profile, info: ProcessInfo): string {
  const { environment, platform, home } = info;
  const path = platform === 'win32' ? win32 : posix;
  const inHome = (...names: readonly string[]) => {
    if (home === '') throw homeRequiredError(variables.configDir);
    return path.join(home, ...names);
  };
  const chosen = environment[variables.configDir];
  if (chosen && /^~(?![^\\/])/.test(chosen)) return inHome(chosen.slice(1));
  if (chosen && /^[~$%]/.test(chosen)) throw unexpandedError(variables.configDir);
  if (chosen) return path.resolve(info.directory, chosen);
  // The name of a scoped package has one slash, and no name has a plus.
  const name = folder.replace('/', '+');
  const base = platform === 'win32' ? environment.APPDATA : environment.XDG_CONFIG_HOME;
  if (base && path.isAbsolute(base)) return path.join(base, name);
  return platform === 'win32' ? inHome('AppData', 'Roaming', name) : inHome('.config', name);
}

/**
 * Finds variables with a name that is close to one of the application's, and says which. Never repeats a value. `others`:
 * further variables of the application.
 */
export function findMisspelledVariables(
  { environment, platform }: Pick<ProcessInfo, 'environment' | 'platform'>,
  { program, variables }: Profile,
  others: readonly string[],
): readonly string[] {
  const known = [...Object.values(variables), ...others];
  // Windows ignores their case.
  const isKnown = (name: string) => known.includes(platform === 'win32' ? name.toUpperCase() : name);
  const prefix = 'KEYSTOW_';
  return Object.keys(environment)
    .filter((name) => !isKnown(name) && environment[name] !== undefined)
    .flatMap((name) => {
      // Not one that a much shorter name is the beginning of.
      const [similar] = findClosest(name, known).filter(({ length }) => Math.abs(length - name.length) <= 3);
      const close = findRenamed(name, variables) ?? similar;
      if (close === undefined && !(program === 'keystow' && name.startsWith(prefix))) return [];
      return [`${name} is not a variable of ${program}${close === undefined ? '' : `; did you mean ${close}?`}`];
    });
}

/** Returns the variable that has the usual name in other programs: DIFY_TOKEN_STORAGE for DIFY_STORAGE. */
function findRenamed(name: string, variables: Profile['variables']): string | undefined {
  const usual = nameVariables(variables.quiet.replace(/_QUIET$/, ''));
  const settings = Object.keys(usual) as readonly (keyof typeof usual)[];
  const renamed = settings.find((setting) => usual[setting] === name);
  return renamed && variables[renamed];
}

function homeRequiredError(configDir: string): CredentialError {
  const message = 'HOME is required: it is not set to an absolute path, and this user has no account';
  return new CredentialError('invalid-setting', message, {
    hint: `set HOME or ${configDir} to a folder of this user, in a systemd unit with Environment=HOME=…`,
  });
}

function unexpandedError(variable: string): CredentialError {
  return new CredentialError('invalid-setting', `invalid ${variable}`, {
    hint: 'no shell has expanded it: set it to an absolute path, or to one that begins with ~/',
  });
}

/** The value of a variable may be a secret by mistake, so nothing repeats an unknown one. */
function readPreference(value: string): string {
  return value === 'auto' || value === 'keychain' || value === 'file' ? value : 'invalid';
}

function readKeySource({ keySource, variables }: Profile, environment: ProcessInfo['environment']): KeySource {
  const value = environment[variables.keySource] || keySource;
  const known = keySources.find((name) => name === value);
  if (known !== undefined) return known;
  throw new CredentialError('invalid-setting', `invalid ${variables.keySource}`, {
    hint: `set it to one of ${keySources.join(', ')}, or unset it`,
  });
}

/** The variables of the current passphrase. */
export function toPassphraseVariables({ variables }: Profile, settings: Settings): PassphraseVariables {
  const { allowsEnvPassphrase, passphraseVariable } = settings;
  return {
    allow: variables.allowEnvPassphrase,
    isAllowed: allowsEnvPassphrase,
    variable: variables.passphrase,
    state: passphraseVariable,
  };
}
