import { CredentialError } from '../domain/credential-error.ts';
import type { Profile } from '../domain/profile.ts';
import { escapeControls } from './escape.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { nextStep } from './next-step.ts';
import { UsageError } from './usage-error.ts';

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
    const hint = error.hint ?? nextStep(error.code, program);
    if (hint !== undefined) say(`  hint: ${escapeControls(hint)}`);
    return calledOff || error.code === 'cancelled' ? exitCodes.interrupted : exitCodeOf(error.code);
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  say(`${program}: unexpected: ${text.replace(/\s+/g, ' ')}\n  hint: this is a bug in ${program}; please report it`);
  return exitCodes.error;
}
