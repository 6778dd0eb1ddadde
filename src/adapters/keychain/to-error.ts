import { CredentialError } from '../../domain/credential-error.ts';
import { chain } from '../keyrings/words.ts';
import { type ErrorRow, errorFrom } from '../native/error-table.ts';

const unlock = 'security unlock-keychain';

/**
 * What Security.framework says, by SecBase.h: the binding prints the sentence of SecCopyErrorMessageString, or
 * `error code` and the number where there is none.
 */
const rows: readonly ErrorRow[] = [
  {
    // errSecInteractionNotAllowed, errSecInteractionRequired
    says: row([-25308, -25315], 'user interaction is (not allowed|required)'),
    code: 'locked',
    meaning: 'the Keychain is locked and may not ask for its password here',
    hint: unlock,
  },
  {
    // errSecUserCanceled
    says: row([-128], 'user cancell?ed the operation'),
    code: 'denied',
    meaning: 'the dialog of the Keychain was dismissed',
    dismissed: true,
  },
  {
    // errSecAuthFailed
    says: row([-25293], 'user name or passphrase you entered is not correct'),
    code: 'denied',
    meaning: 'the Keychain did not accept the password, or does not let this program read the item',
    hint: unlock,
  },
  {
    // errSecMissingEntitlement
    says: row([-34018], "required entitlement isn't present"),
    code: 'denied',
    meaning: 'the Keychain does not serve this program, which lacks an entitlement',
  },
  {
    // errSecReadOnly, wrPermErr
    says: row([-25292, -61], 'keychain cannot be modified', 'write permissions error'),
    code: 'denied',
    meaning: 'the Keychain may only be read',
  },
  {
    // errSecNotAvailable
    says: row([-25291], 'no keychain is available'),
    code: 'not-running',
    meaning: 'no Keychain is available to this session',
  },
  {
    // errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
    says: row(
      [-25294, -25295, -25307],
      'specified keychain could not be found',
      'not a valid keychain file',
      'default keychain could not be found',
    ),
    code: 'no-collection',
    meaning: 'there is no default keychain, or it is not a keychain',
    hint: 'security default-keychain',
  },
  {
    // errSecDataTooLarge
    says: row([-25302], 'data is too large'),
    code: 'too-large',
    meaning: 'the secret is larger than the Keychain keeps',
  },
  {
    says: /\bis longer than the platform limit\b/i,
    code: 'too-large',
    meaning: 'the secret or its name is larger than the Keychain keeps',
  },
  {
    says: /\bis matched by \d+ credentials\b/i,
    code: 'ambiguous',
    meaning: 'several items of the Keychain match',
  },
];

/** errSecDuplicateItem: another program has made the item since it was looked for. */
const duplicate = row([-25299], 'specified item already exists');

export function toError(thrown: unknown): CredentialError {
  return errorFrom(rows, 'Keychain', thrown);
}

export function isRace(error: unknown): boolean {
  return error instanceof CredentialError && chain(error.cause).some((text) => duplicate.test(text));
}

/** Matches a status, not as a part of a longer number, or one of the sentences. */
function row(statuses: readonly number[], ...sentences: readonly string[]): RegExp {
  return new RegExp([`(?<![\\w-])(?:${statuses.join('|')})(?!\\w)`, ...sentences].join('|'), 'i');
}
