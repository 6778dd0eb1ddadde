import { posix, win32 } from 'node:path';
import { CredentialError } from '../domain/credential-error.ts';
import { type KeySource, keySources, type Profile } from '../domain/profile.ts';
import type { Policy } from '../domain/selection/selection.ts';

/** What the environment says, read once. */
export interface Settings {
  readonly policy: Policy;
  /** pass(1) is a candidate. */
  readonly usePass: boolean;
  /** How a new encrypted file is sealed. */
  readonly keySource: KeySource;
  /** Full path of the encrypted file. */
  readonly credentialsPath: string;
  /** Full path of the placement file. */
  readonly placementPath: string;
  /** Both variables of the environment passphrase are set. The passphrase itself is not kept here. */
  readonly envPassphrase: boolean;
  /** Both variables of the new passphrase are set, which is not kept here either. */
  readonly newEnvPassphrase: boolean;
  readonly quiet: boolean;
  /** Somebody is there to answer a dialog: a terminal or a display, and not CI. */
  readonly interactive: boolean;
}

/** The facts about the process that settings depend on. */
export interface ProcessInfo {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` names it. */
  readonly platform: string;
  /** The user's home directory, absolute. */
  readonly home: string;
  /** The current directory, absolute. */
  readonly directory: string;
  /** The process has a terminal to ask on. */
  readonly terminal: boolean;
}

/**
 * Reads an application's variables. An unknown seal → `invalid-setting`; the preference is taken as it is typed,
 * judging it is row 1 of the choice.
 */
export function readSettings(profile: Profile, facts: ProcessInfo): Settings {
  const { variables, files } = profile;
  const { environment } = facts;
  const { join } = facts.platform === 'win32' ? win32 : posix;
  const folder = configFolder(profile, facts);
  const allowed = isOn(environment[variables.allowEnvPassphrase]);
  return {
    policy: {
      preference: environment[variables.storage] || 'auto',
      keyringDisabled: isOn(environment[variables.disableKeyring]),
    },
    usePass: isOn(environment[variables.usePass]),
    keySource: readKeySource(profile, environment),
    credentialsPath: join(folder, files.credentials),
    placementPath: join(folder, files.placement),
    envPassphrase: allowed && Boolean(environment[variables.passphrase]),
    newEnvPassphrase: allowed && Boolean(environment[variables.newPassphrase]),
    quiet: isOn(environment[variables.quiet]),
    // Worked out when somebody would be asked: finding a terminal takes a read 5 ms.
    get interactive() {
      return isInteractive(facts);
    },
  };
}

/**
 * The variable for it; else `%APPDATA%\PROGRAM` on Windows; else `$XDG_CONFIG_HOME/PROGRAM` where that is absolute
 * (XDG Base Directory Specification), or `~/.config/PROGRAM`.
 */
function configFolder({ program, variables }: Profile, facts: ProcessInfo): string {
  const { environment, platform, home } = facts;
  const path = platform === 'win32' ? win32 : posix;
  const chosen = environment[variables.configDir];
  if (chosen) return path.resolve(facts.directory, chosen);
  if (platform === 'win32') return path.join(environment.APPDATA || path.join(home, 'AppData', 'Roaming'), program);
  const base = environment.XDG_CONFIG_HOME;
  return path.join(base && path.isAbsolute(base) ? base : path.join(home, '.config'), program);
}

function readKeySource({ keySource, variables }: Profile, environment: ProcessInfo['environment']): KeySource {
  const asked = environment[variables.keySource] || keySource;
  const known = keySources.find((name) => name === asked);
  if (known !== undefined) return known;
  throw new CredentialError('invalid-setting', `${variables.keySource} is ${JSON.stringify(asked)}`, {
    hint: `set it to one of ${keySources.join(', ')}, or unset it`,
  });
}

function isInteractive({ environment, terminal }: ProcessInfo): boolean {
  const display = Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
  return (terminal || display) && !isOn(environment.CI);
}

/** Off: unset, empty, `0`, `false`, `no` or `off`. Anything else is on. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|false|no|off)$/i.test(value.trim());
}
