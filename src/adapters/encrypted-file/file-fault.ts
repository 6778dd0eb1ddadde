import { assertNever } from '../../domain/assert-never.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { FileFault } from '../../domain/envelope/file-record.ts';
import { describeFile, type ManagedFile } from '../files/file-errors.ts';

/** The error of a file that is intact, but not the expected one. `program` is for the commands in its hint. */
export function faultError(file: ManagedFile, fault: FileFault, program: string): CredentialError {
  const described = describeFile(file);
  switch (fault.kind) {
    case 'downgraded': {
      const why =
        fault.since === 'setting'
          ? 'a passphrase is required'
          : `${program} sealed it with a passphrase, so somebody may have replaced it`;
      return new CredentialError('file-downgraded', `${described} is sealed by the home directory, but ${why}`, {
        hint:
          fault.since === 'setting'
            ? `to seal it with a passphrase, run: ${program} passphrase change`
            : `restore it from a backup, or move it aside; to go on without a passphrase, run: ${program} passphrase remove`,
      });
    }
    case 'other-application': {
      const message = `${described} belongs to another application: ${fault.application}`;
      return new CredentialError('file-foreign', message, {
        hint: 'move it aside, or choose another folder; keystow does not change it',
      });
    }
    case 'other-file':
      return replacedError(`${described} is not the one that ${program} wrote last`, program);
    case 'outdated':
      return replacedError(
        `${described} is an older copy: ${program} has written it ${formatTimes(fault.expected - fault.counter)} since`,
        program,
      );
    default:
      return assertNever(fault);
  }
}

function replacedError(message: string, program: string): CredentialError {
  return new CredentialError('file-replaced', message, {
    hint: `restore the latest file; if you put this one there yourself, accept it: ${program} doctor --accept-file`,
  });
}

/** Credentials were stored in the file, and it's gone. */
export function missingError(file: ManagedFile, program: string): CredentialError {
  return new CredentialError('file-missing', `${describeFile(file)} is missing, but credentials were stored in it`, {
    hint: `restore it from a backup; if you removed it yourself, run: ${program} doctor --accept-file`,
  });
}

function formatTimes(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
