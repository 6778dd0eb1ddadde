import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { openOver } from './harness.ts';
import { alice, secretOf, stores } from './stores.ts';

type Row = readonly [words: string, code: ErrorCode, meaning: string];

const locked = 'the Keychain is locked and may not ask for its password here';
const dismissed = 'the dialog of the Keychain was dismissed';
const refused = 'the Keychain did not accept the password, or does not let this program read the item';
const unentitled = 'the Keychain does not serve this program, which lacks an entitlement';
const readOnly = 'the Keychain may only be read';
const unavailable = 'no Keychain is available to this session';
const noKeychain = 'there is no default keychain, or it is not a keychain';
const noSession = 'this logon session has no Credential Manager, as is so over SSH and in some services';
const denied = 'access to Credential Manager is denied';
const tooLarge = 'the secret is larger than Credential Manager keeps';
const tooLargeOrLong = 'the secret or its name is larger than Credential Manager keeps';

/** SecBase.h: the number, and the sentence that macOS has for it. */
const keychain: readonly Row[] = [
  ['Platform failure: User interaction is not allowed.', 'locked', locked],
  ['Platform failure: error code -25308', 'locked', locked],
  ['Platform failure: User interaction is required, but is currently not allowed.', 'locked', locked],
  ['OSStatus -25315', 'locked', locked],
  ['Platform failure: User canceled the operation.', 'denied', dismissed],
  ['Platform failure: error code -128', 'denied', dismissed],
  ['Platform failure: The user name or passphrase you entered is not correct.', 'denied', refused],
  ['Platform failure: error code -25293', 'denied', refused],
  ["Platform failure: A required entitlement isn't present.", 'denied', unentitled],
  ['Platform failure: error code -34018', 'denied', unentitled],
  ["Couldn't access platform storage: This keychain cannot be modified.", 'denied', readOnly],
  ["Couldn't access platform storage: error code -25292", 'denied', readOnly],
  ['Platform failure: error code -61', 'denied', readOnly],
  [
    "Couldn't access platform storage: No keychain is available. You may need to restart your computer.",
    'not-running',
    unavailable,
  ],
  ["Couldn't access platform storage: error code -25291", 'not-running', unavailable],
  ["Couldn't access platform storage: The specified keychain could not be found.", 'no-collection', noKeychain],
  ["Couldn't access platform storage: error code -25294", 'no-collection', noKeychain],
  [
    "Couldn't access platform storage: The specified keychain is not a valid keychain file.",
    'no-collection',
    noKeychain,
  ],
  ["Couldn't access platform storage: error code -25295", 'no-collection', noKeychain],
  ['Platform failure: A default keychain could not be found.', 'no-collection', noKeychain],
  ['Platform failure: error code -25307', 'no-collection', noKeychain],
  ['Platform failure: error code -25302', 'too-large', 'the secret is larger than the Keychain keeps'],
  ['Entry is matched by 2 credentials: [..]', 'ambiguous', 'several items of the Keychain match'],
  ['Platform failure: error code -253080', 'failed', 'the Keychain failed'],
  ['Platform failure: error code -1283', 'failed', 'the Keychain failed'],
  ['Platform failure: The specified item could not be found in the keychain.', 'failed', 'the Keychain failed'],
  ['No matching credential found', 'failed', 'the Keychain failed'],
  ['something that nobody has seen yet', 'failed', 'the Keychain failed'],
];

/** winerror.h, in the binding's words. */
const credentialManager: readonly Row[] = [
  ["Couldn't access platform storage: Windows ERROR_NO_SUCH_LOGON_SESSION", 'denied', noSession],
  ['Platform failure: Windows error code 1312', 'denied', noSession],
  ['Failed to enumerate credentials Error { code: HRESULT(0x80070520), message: "…" }', 'denied', noSession],
  ['Platform failure: Windows error code 5', 'denied', denied],
  ['Failed to enumerate credentials Error { code: HRESULT(0x80070005), message: "…" }', 'denied', denied],
  ['Platform failure: Windows error code 1783', 'too-large', tooLarge],
  ["Value of 'secret' is longer than the platform limit of 2560 chars", 'too-large', tooLargeOrLong],
  ["Value of 'user' is longer than the platform limit of 513 chars", 'too-large', tooLargeOrLong],
  ['Entry is matched by 3 credentials: [..]', 'ambiguous', 'several credentials of Credential Manager match'],
  ['Platform failure: Windows error code 1015', 'failed', 'the Credential Manager failed'],
  ['Platform failure: Windows error code 51', 'failed', 'the Credential Manager failed'],
  ['Platform failure: Windows ERROR_BAD_USERNAME', 'failed', 'the Credential Manager failed'],
  ['No matching credential found', 'failed', 'the Credential Manager failed'],
  ['Not a valid utf16 blob', 'failed', 'the Credential Manager failed'],
  ['something that nobody has seen yet', 'failed', 'the Credential Manager failed'],
];

describe.each(stores)('%s: what the platform says', (store, create, platform) => {
  const rows = store === 'Keychain' ? keychain : credentialManager;

  test.each(rows)('%j is %s', async (words, code, meaning) => {
    const standIn = new BindingStandIn(platform);
    const handle = openOver(create, standIn);
    await handle.set(alice, secretOf(3));
    const operations = [
      () => handle.get(alice),
      () => handle.set(alice, secretOf(4)),
      () => handle.delete(alice),
      () => handle.list(alice.service),
    ];
    for (const operation of operations) {
      standIn.fail(/./, words, Number.POSITIVE_INFINITY);
      const error = await failure(operation(), code);
      expect(error.message).toBe(`${meaning}: ${words}`);
      expect(error.cause).toMatchObject({ message: words });
    }
  });

  test('the words are found wherever they are in the chain of causes, and are one short line', async () => {
    const cause = new Error('entirely\nnew', { cause: new Error(`${'long '.repeat(100)}\r\n`) });
    const loadBinding = () => ({
      AsyncEntry: class {
        constructor() {
          throw cause;
        }
      } as never,
      findCredentialsAsync: () => Promise.reject(cause),
    });
    const handle = openOver(create, new BindingStandIn(platform), { loadBinding });
    const error = await failure(handle.get(alice), 'failed');
    expect(error.message).toMatch(/ failed: (long )+long?/);
    expect(error.message.length).toBeLessThan(350);
  });
});
