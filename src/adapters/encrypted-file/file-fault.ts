import { CredentialError } from '../../domain/credential-error.ts';
import type { FileFault } from '../../domain/envelope/expected-file.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { describeFile, type ManagedFile } from '../files/file-errors.ts';

/** What a hint can tell users to do. */
interface Remedy {
  readonly program: string;
  /** The command that hints name. Default: {@link program}. */
  readonly command?: string;
}

/** The error of a file that is intact, but not the expected one. */
export function faultError(file: ManagedFile, fault: FileFault, remedy: Remedy): CredentialError {
  const described = describeFile(file);
  const { program, command = program } = remedy;
  switch (fault.kind) {
    case 'downgraded': {
      const why =
        fault.since === 'setting'
          ? 'a passphrase is required'
          : `${program} sealed it with a passphrase, so somebody may have replaced it`;
      return new CredentialError('file-downgraded', `${described} is sealed by the home directory, but ${why}`, {
        hint:
          fault.since === 'setting'
            ? `to seal it with a passphrase, run: ${command} passphrase change`
            : `restore the file that was sealed with a passphrase from a backup, or ${formatReset(remedy)}`,
      });
    }
    case 'other-application': {
      const message = `${described} belongs to another application: ${fault.application}`;
      return new CredentialError('file-foreign', message, {
        hint: 'move it aside, or choose another folder; keystow does not change it',
      });
    }
    case 'other-file':
      return replacedError(`${described} is not the one that ${program} wrote last`, remedy);
    case 'outdated':
      return replacedError(
        `${described} is an older copy: ${program} has written it ${formatTimes(fault.expected - fault.counter)} since`,
        remedy,
      );
    default:
      return assertNever(fault);
  }
}

function replacedError(message: string, remedy: Remedy): CredentialError {
  return new CredentialError('file-replaced', message, {
    hint: `restore the latest file; if you put this one there yourself, ${formatAcceptance(remedy)}`,
  });
}

/** Credentials were stored in the file, and it's gone. */
export function missingError(file: ManagedFile, remedy: Remedy): CredentialError {
  return new CredentialError('file-missing', `${describeFile(file)} is missing, but credentials were stored in it`, {
    hint: `restore it from a backup; if you removed it yourself, ${formatAcceptance(remedy)}`,
  });
}

function formatAcceptance({ program, command = program }: Remedy): string {
  return `run: ${command} doctor --accept-file`;
}

function formatReset({ program, command = program }: Remedy): string {
  return `start again: ${command} reset`;
}

function formatTimes(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
