import type { HostInfo } from '../host-info.ts';

// A setting is the user's, by a variable, or the application's own, made in code. A variable that the user sets wins.

/** What requires an OS keyring: `JSM_STORAGE=keychain`, or the application. */
export function describeRequirement(host: HostInfo): string {
  return isInCode(host, 'storage') ? `the option storage of ${host.program}` : `${host.storageVariable}=keychain`;
}

/** What disables the OS keyrings. */
export function describeDisabler(host: HostInfo): string {
  return isInCode(host, 'disableKeyring') ? `the option disableKeyring of ${host.program}` : host.disableVariable;
}

/** How the user stops requiring an OS keyring, but still prefers one. */
export function formatOptionalKeyring(host: HostInfo): string {
  const { storageVariable } = host;
  return isInCode(host, 'storage') ? `set ${storageVariable}=auto` : `unset ${storageVariable}`;
}

/**
 * The command that stops the program from using an OS keyring. On Windows it works in both shells, and takes effect in
 * windows opened afterwards.
 */
export function formatDisableCommand({ platform, disableVariable }: HostInfo): string {
  return platform === 'win32' ? `setx ${disableVariable} 1` : `export ${disableVariable}=1`;
}

/** The command that undoes {@link formatDisableCommand}. On Windows a value that was set elsewhere is replaced. */
export function formatEnableCommand(host: HostInfo): string {
  const { platform, disableVariable } = host;
  if (platform === 'win32') return `setx ${disableVariable} 0`;
  return isInCode(host, 'disableKeyring') ? `export ${disableVariable}=0` : `unset ${disableVariable}`;
}

/** The command after which pass isn't a candidate any more. Every program names its variables alike. */
export function formatPassDisableCommand(host: HostInfo): string {
  const variable = host.disableVariable.replace(/DISABLE_KEYRING$/, 'USE_PASS');
  return isInCode(host, 'usePass') ? `export ${variable}=0` : `unset ${variable}`;
}

function isInCode({ setInCode = [] }: HostInfo, setting: SettingInCode): boolean {
  return setInCode.includes(setting);
}

type SettingInCode = NonNullable<HostInfo['setInCode']>[number];

/** The two variables that let a passphrase come from the environment, which requires both. */
export interface PassphraseVariables {
  /** The name of the variable that allows it. */
  readonly allow: string;
  readonly isAllowed: boolean;
  /** The name of the variable with the passphrase. */
  readonly variable: string;
  readonly state: 'unset' | 'empty' | 'set';
}

/** Describes a variable without keeping its value. */
export function toVariableState(value: string | undefined): PassphraseVariables['state'] {
  return value ? 'set' : value === undefined ? 'unset' : 'empty';
}

/** Returns what's wrong if only one of the two variables is set. One line, without a period. */
export function findMissingVariable({ allow, isAllowed, variable, state }: PassphraseVariables): string | undefined {
  if (isAllowed && state === 'empty') return `${allow} is set, but ${variable} is empty`;
  if (isAllowed && state === 'unset') return `${allow} is set, but ${variable} is not`;
  if (!isAllowed && state === 'set') return `${variable} is ignored, because ${allow} is not 1`;
  return undefined;
}

/**
 * Describes a passphrase that isn't used, because the home directory seals the file. `isNew`: there's no file yet. `seal`:
 * the variable that decides for a new file. `command`: what hints name.
 */
export function describeUnusedPassphrase(
  { variable }: Pick<PassphraseVariables, 'variable'>,
  { isNew, seal, command }: { readonly isNew: boolean; readonly seal: string; readonly command: string },
): string {
  return isNew
    ? `${variable} will be ignored: to seal the new file with it, set ${seal}=passphrase`
    : `${variable} is ignored: the file is sealed by the home directory; to change that, run: ${command} passphrase change`;
}

/** Returns what to do if a passphrase is required and nobody can be asked. */
export function formatPassphraseHint(
  variables: PassphraseVariables,
  { canPrompt }: { readonly canPrompt: boolean },
): string {
  const { allow, isAllowed, variable, state } = variables;
  const missing = findMissingVariable(variables);
  const settings = [...(isAllowed ? [] : [`${allow}=1`]), ...(state === 'set' ? [] : [variable])].join(' and ');
  return `${missing ? `${missing}: ` : ''}set ${settings}${canPrompt ? ', or run it on a terminal' : ''}`;
}
