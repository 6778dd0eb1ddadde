import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoCode } from '../files/file-errors.ts';

/** What the system says of a program that it did not start. Names the command, never its environment. */
export function toError(error: unknown, command: string): CredentialError {
  const code = errnoCode(error);
  switch (code) {
    case 'ENOENT':
      return notFound(command);
    case 'EACCES':
      return isThere(command)
        ? notRunnable(command, 'it may not be executed', `chmod +x "${command}", if it is a program`)
        : notFound(command);
    case 'E2BIG':
      return notRunnable(
        command,
        'the secret and the arguments are more than the system gives a program',
        'have the program read the secret from a pipe instead',
      );
    default:
      return notRunnable(
        command,
        code ?? 'the system does not say why',
        `run it by itself to see what is amiss${orCmd()}`,
      );
  }
}

/** POSIX says EACCES also of a name that is not found, where a folder of PATH may not be looked into: execvp(3). */
function isThere(command: string): boolean {
  if (process.platform === 'win32' || command.includes('/')) return true;
  const { PATH = '' } = process.env;
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Windows runs .cmd and .bat files by its shell alone. */
function orCmd(): string {
  return process.platform === 'win32' ? '; a .cmd or .bat file is run by: cmd /c FILE' : '';
}

function notFound(command: string): CredentialError {
  return new CredentialError('command-not-found', `there is no command ${command}`, {
    hint: `check how it is spelt, or give its whole path${orCmd()}`,
  });
}

function notRunnable(command: string, why: string, hint: string): CredentialError {
  return new CredentialError('command-not-runnable', `${command} cannot be run: ${why}`, { hint });
}
