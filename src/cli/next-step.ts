import type { ErrorCode } from '../domain/credential-error.ts';

/** What to do about a failure that does not say so itself, as it stands after `hint: `. */
export function nextStep(code: ErrorCode, program: string): string | undefined {
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
