import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { Profile } from '../../domain/profile.ts';
import { exitCodes, toExitCode } from '../exit.ts';
import { type Line, renderLines } from './text.ts';

/** Prints an error and a hint to stderr, never a stack. Returns the exit code. */
export function reportFailure(error: unknown, { program, errorNames }: Profile, cancelled: boolean): number {
  // If stderr can't be written to, the exit code still shows the failure.
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
  const print = (...lines: readonly Line[]) => void process.stderr.write(renderLines(lines));
  if (error instanceof UsageError) {
    print(`${program}: ${error.message}`, '', ...error.usage.split('\n'));
    return exitCodes.usage;
  }
  if (error instanceof CredentialError) {
    const name = errorNames?.[error.code];
    print(`${program}: ${name ? `${name}: ` : ''}${error.message}`);
    const hint = error.hint ?? defaultHint(error.code, program);
    if (hint !== undefined) print(`  hint: ${hint}`);
    return cancelled || error.code === 'cancelled' ? exitCodes.interrupted : toExitCode(error.code);
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  print(
    `${program}: unexpected error: ${text.replace(/\s+/g, ' ')}`,
    `  hint: this is a bug in ${program}; please report it`,
  );
  return exitCodes.error;
}

function ignore(): void {}

/** The command line is invalid. `usage` is the help of the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly usage: string;

  constructor(message: string, usage: string) {
    super(message);
    this.usage = usage;
  }
}

/** The hint for an error that has none of its own. `undefined` for `cancelled`. */
export function defaultHint(code: ErrorCode, program: string): string | undefined {
  switch (code) {
    case 'cancelled':
      return undefined;
    case 'invalid-input':
    case 'invalid-name':
    case 'invalid-setting':
    case 'invalid-preference':
    case 'contradictory-settings':
      return 'correct it and try again';
    case 'not-found':
      return `list the stored credentials: ${program} list`;
    case 'too-large':
      return 'encrypt it into a file of its own, and store the key here';
    case 'output-failed':
      return 'check that stdout can be written to and has space left';
    case 'not-signed-in':
    case 'sign-in-refused':
      return 'sign in again';
    case 'sign-in-unreachable':
      return "check the network connection and the server's address, and try again";
    case 'wrong-passphrase':
    case 'passphrase-required':
      return 'run it on a terminal and type the passphrase';
    case 'file-busy':
      return 'try again';
    case 'command-not-found':
    case 'command-not-runnable':
      return 'run the command by itself to find the cause';
    default:
      // The store, or its file, is not available.
      return `find the cause and the fix: ${program} doctor`;
  }
}
