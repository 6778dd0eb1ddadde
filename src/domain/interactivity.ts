/** What shows whether somebody sits in front of a process. */
export interface ProcessSurroundings {
  /** `process.platform`. */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the process has a terminal. */
  readonly terminal: boolean;
}

/**
 * Whether somebody can probably answer a prompt or a dialog. Nobody can in CI; somebody can at a terminal. Without one, it
 * depends on the platform:
 *
 * - macOS: yes, unless it's a session of SSH. A program with windows has no terminal. If there's nobody, as for a daemon,
 *   the Keychain shows no dialog but returns errSecInteractionNotAllowed
 * - Windows: no. Its store has no dialogs
 * - others: if there's a display
 */
export function isInteractive(surroundings: ProcessSurroundings): boolean {
  const { platform, environment } = surroundings;
  const isSet = (name: string) => Boolean(environment[name]);
  if (isOn(environment.CI)) return false;
  if (surroundings.terminal) return true;
  if (platform === 'darwin') return !['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY'].some(isSet);
  return platform !== 'win32' && ['DISPLAY', 'WAYLAND_DISPLAY'].some(isSet);
}

/**
 * Whether a store may show a dialog, and wait for the answer without a limit. `allowed`: `true` from a program that knows
 * that it has a user, and `auto` to go by {@link isInteractive}.
 */
export function mayShowDialog(allowed: boolean | 'auto', surroundings: ProcessSurroundings): boolean {
  // The calls to Windows' store keep their limit: no dialog can be the reason that one takes long.
  if (allowed === false || surroundings.platform === 'win32' || isOn(surroundings.environment.CI)) return false;
  return allowed === true || isInteractive(surroundings);
}

/** Whether a variable is on. Off: unset, empty, `0`, `false`, `no` or `off`. Anything else is on. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|false|no|off)$/i.test(value.trim());
}
