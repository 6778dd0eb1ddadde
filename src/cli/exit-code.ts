import type { ErrorCode } from '../domain/credential-error.ts';

/** What the programs exit with. */
export const exitCodes = {
  done: 0,
  /** An error, or the credential was not found. */
  error: 1,
  usage: 2,
  /** Nobody is signed in, or the keyring that was demanded is not usable. */
  notSignedIn: 4,
  /** As shells have it, of a command that `exec` was to run. */
  notRunnable: 126,
  notFound: 127,
  /** Ctrl-C: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

const special: Partial<Record<ErrorCode, number>> = {
  'invalid-preference': exitCodes.usage,
  'contradictory-settings': exitCodes.usage,
  'invalid-setting': exitCodes.usage,
  'invalid-name': exitCodes.usage,
  'invalid-input': exitCodes.usage,
  'keyring-required': exitCodes.notSignedIn,
  'not-signed-in': exitCodes.notSignedIn,
  'command-not-runnable': exitCodes.notRunnable,
  'command-not-found': exitCodes.notFound,
};

export function toExitCode(code: ErrorCode): number {
  return special[code] ?? exitCodes.error;
}
