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
