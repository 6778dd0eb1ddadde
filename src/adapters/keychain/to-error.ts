import { CredentialError } from '../../domain/credential-error.ts';
import { messageChain } from '../../domain/text/messages.ts';
import { type BindingErrorRule, createSharedRules, toCredentialError } from '../native/binding.ts';

const unlockCommand = 'security unlock-keychain';

/**
 * Errors of Security.framework, from SecBase.h. The binding reports the sentence of SecCopyErrorMessageString or, if there
 * is none, `error code` with the number.
 */
const rules: readonly BindingErrorRule[] = [
  {
    // errSecInteractionNotAllowed, errSecInteractionRequired
    pattern: matchStatus([-25308, -25315], 'user interaction is (not allowed|required)'),
    code: 'locked',
    meaning: 'the Keychain is locked and cannot ask for its password here',
    hint: unlockCommand,
  },
  {
    // errSecUserCanceled
    pattern: matchStatus([-128], 'user cancell?ed the operation'),
    code: 'denied',
    meaning: 'the dialog of the Keychain was dismissed',
    dismissed: true,
  },
  {
    // errSecAuthFailed
    pattern: matchStatus([-25293], 'user name or passphrase you entered is not correct'),
    code: 'denied',
    meaning: 'the password of the Keychain is wrong, or this program may not read the item',
    hint: unlockCommand,
  },
  {
    // errSecMissingEntitlement
    pattern: matchStatus([-34018], "required entitlement isn't present"),
    code: 'denied',
    meaning: 'this program lacks an entitlement that the Keychain requires',
  },
  {
    // errSecReadOnly, wrPermErr
    pattern: matchStatus([-25292, -61], 'keychain cannot be modified', 'write permissions error'),
    code: 'denied',
    meaning: 'the Keychain is read-only',
  },
  {
    // errSecNotAvailable
    pattern: matchStatus([-25291], 'no keychain is available'),
    code: 'not-running',
    meaning: 'no Keychain is available in this session',
  },
  {
    // errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
    pattern: matchStatus(
      [-25294, -25295, -25307],
      'specified keychain could not be found',
      'not a valid keychain file',
      'default keychain could not be found',
    ),
    code: 'no-collection',
    meaning: 'there is no default keychain, or it is invalid',
    hint: 'security default-keychain',
  },
  {
    // errSecDataTooLarge
    pattern: matchStatus([-25302], 'data is too large'),
    code: 'too-large',
    meaning: 'the secret is too large for the Keychain',
  },
  ...createSharedRules('the Keychain', 'items'),
];

/** errSecDuplicateItem: another program created the item after the binding had looked for it. */
const duplicateItem = matchStatus([-25299], 'specified item already exists');

export function toError(thrown: unknown): CredentialError {
  return toCredentialError(rules, 'Keychain', thrown);
}

export function isRace(error: unknown): boolean {
  return error instanceof CredentialError && messageChain(error.cause).some((text) => duplicateItem.test(text));
}

/** Matches a status, unless it is part of a longer number, or one of the sentences. */
function matchStatus(statuses: readonly number[], ...sentences: readonly string[]): RegExp {
  return new RegExp([`(?<![\\w-])(?:${statuses.join('|')})(?!\\w)`, ...sentences].join('|'), 'i');
}
