import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { Profile } from '../../domain/profile.ts';
import { exitCodes, toExitCode } from '../exit.ts';
import { escapeControls } from './text.ts';

/** Says on stderr what went wrong, and what to do: never a stack. Gives what to exit with. */
export function reportFailure(error: unknown, { program, errorNames }: Profile, calledOff: boolean): number {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  if (error instanceof UsageError) {
    say(`${program}: ${error.message}\n\n${error.usage}`);
    return exitCodes.usage;
  }
  if (error instanceof CredentialError) {
    const name = errorNames?.[error.code];
    say(`${program}: ${name ? `${name}: ` : ''}${escapeControls(error.message)}`);
    const hint = error.hint ?? defaultHint(error.code, program);
    if (hint !== undefined) say(`  hint: ${escapeControls(hint)}`);
    return calledOff || error.code === 'cancelled' ? exitCodes.interrupted : toExitCode(error.code);
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  say(`${program}: unexpected: ${text.replace(/\s+/g, ' ')}\n  hint: this is a bug in ${program}; please report it`);
  return exitCodes.error;
}

/** The command line itself is wrong. `usage` is the help of the command that was meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly usage: string;

  constructor(message: string, usage: string) {
    super(message);
    this.usage = usage;
  }
}

/** What to do about a failure that does not say so itself, as it stands after `hint: `. */
export function defaultHint(code: ErrorCode, program: string): string | undefined {
  switch (code) {
    case 'cancelled':
      return undefined;
    case 'invalid-input':
    case 'invalid-name':
    case 'invalid-setting':
    case 'invalid-preference':
    case 'contradictory-settings':
      return 'correct that, and run it again';
    case 'not-found':
      return `${program} list names what is kept`;
    case 'too-large':
      return 'keep it in a file of its own, and its key here';
    case 'output-failed':
      return 'see what stdout goes to: is there space, and may you write there?';
    case 'not-signed-in':
    case 'sign-in-unreachable':
    case 'sign-in-refused':
      return 'sign in again';
    case 'wrong-passphrase':
    case 'passphrase-required':
      return 'run it on a terminal, and type the passphrase';
    case 'file-busy':
      return 'try again';
    case 'command-not-found':
    case 'command-not-runnable':
      return 'run the command by itself to see what is amiss';
    default:
      // A store, or its file, that does not serve.
      return `${program} doctor says what is amiss, and how to mend it`;
  }
}
