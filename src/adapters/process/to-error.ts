import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoCode } from '../files/file-errors.ts';

/** Converts the error of a program that did not start. The message names the command, and never its environment. */
export function toError(error: unknown, command: string): CredentialError {
  const code = errnoCode(error);
  switch (code) {
    case 'ENOENT':
      return commandNotFoundError(command);
    case 'EACCES':
      return commandExists(command)
        ? commandNotRunnableError(command, 'permission denied', `if it is a program: chmod +x "${command}"`)
        : commandNotFoundError(command);
    case 'E2BIG':
      return commandNotRunnableError(
        command,
        'the secret and the arguments are too large for a process',
        'let the program read the secret from a pipe instead',
      );
    default:
      return commandNotRunnableError(
        command,
        code ?? 'the system gave no reason',
        `run it directly to see what is wrong${formatBatchHint()}`,
      );
  }
}

/** POSIX also reports EACCES if the command is not found but a folder of PATH is unreadable: execvp(3). */
function commandExists(command: string): boolean {
  if (process.platform === 'win32' || command.includes('/')) return true;
  const { PATH = '' } = process.env;
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Windows runs .cmd and .bat files only through its shell. */
function formatBatchHint(): string {
  return process.platform === 'win32' ? '; to run a .cmd or .bat file: cmd /c FILE' : '';
}

function commandNotFoundError(command: string): CredentialError {
  return new CredentialError('command-not-found', `command not found: ${command}`, {
    hint: `check the spelling, or use its full path${formatBatchHint()}`,
  });
}

function commandNotRunnableError(command: string, why: string, hint: string): CredentialError {
  return new CredentialError('command-not-runnable', `${command} cannot be run: ${why}`, { hint });
}
