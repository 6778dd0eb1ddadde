import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { bindingFaults } from '../faults/binding-faults.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { macStandIn } from '../support/binding-stand-in-platforms.ts';
import { openOver } from './harness.ts';
import { alice, secretOf, stores } from './stores.ts';

type Row = readonly [words: string, code: ErrorCode, meaning: string];

const rowsOf = (platform: string): Row[] =>
  bindingFaults.flatMap(({ stage, words, code, meaning, ...fault }) =>
    fault.platform === platform && stage === 'call' && words !== undefined ? [[words, code, meaning] as const] : [],
  );

/** What says one of them in other letters or numbers. */
const spellings: Readonly<Record<string, readonly Row[]>> = {
  Keychain: [
    ['Entry is matched by 12 credentials: [..]', 'ambiguous', 'several items of the Keychain match'],
    [
      "Value of 'user' IS LONGER THAN the platform limit of 9 chars",
      'too-large',
      'the secret or its name is larger than the Keychain keeps',
    ],
  ],
  'Credential Manager': [
    ['Entry is matched by 12 credentials: [..]', 'ambiguous', 'several credentials of Credential Manager match'],
    ['HRESULT 0x800706F7', 'too-large', 'the secret is larger than Credential Manager keeps'],
  ],
};

/** What only looks like one of them. */
const alike: Readonly<Record<string, readonly string[]>> = {
  Keychain: [
    'Platform failure: error code -253080',
    'Platform failure: error code -1283',
    'Entry is matched by no credentials',
    'Platform failure: The specified item could not be found in the keychain.',
    'No matching credential found',
  ],
  'Credential Manager': [
    'Platform failure: Windows error code 1015',
    'Platform failure: Windows error code 51',
    'Platform failure: Windows ERROR_BAD_USERNAME',
    'No matching credential found',
    'Not a valid utf16 blob',
  ],
};

/** And what to do about some of them. */
const hints: Readonly<Record<string, readonly (readonly [words: string, hint: string | undefined])[]>> = {
  Keychain: [
    ['Platform failure: User interaction is not allowed.', 'security unlock-keychain'],
    ['Platform failure: error code -25293', 'security unlock-keychain'],
    ['Platform failure: error code -25307', 'security default-keychain'],
    ['never heard of', undefined],
  ],
  'Credential Manager': [
    [
      'Windows ERROR_NO_SUCH_LOGON_SESSION',
      'sign in at the desktop or by Remote Desktop, or keep credentials in the encrypted file',
    ],
    ['never heard of', undefined],
  ],
};

test.each([
  ['User canceled the operation.', { dismissed: true }],
  ['User interaction is not allowed.', undefined],
])('Keychain: %j tells whether the user would not: %j', async (words, evidence) => {
  const standIn = new BindingStandIn(macStandIn);
  standIn.fail(/./, words);
  await expect(openOver(createKeychain, standIn).get(alice)).rejects.toMatchObject({ evidence });
});

describe.each(stores)('%s: what the platform says', (store, create, platform) => {
  const rows = rowsOf(store === 'Keychain' ? 'darwin' : 'win32');
  const spelt = spellings[store] ?? [];
  const others = alike[store]?.map((words): Row => [words, 'failed', `the ${store} failed`]) ?? [];

  test.each([...rows, ...spelt, ...others])('[NAT5] %j is %s', async (words, code, meaning) => {
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

  test.each(hints[store] ?? [])('where it says %j, it is said what to do: %s', async (words, hint) => {
    const standIn = new BindingStandIn(platform);
    standIn.fail(/./, words);
    await expect(openOver(create, standIn).get(alice)).rejects.toMatchObject({ hint });
  });

  test('what it says is found wherever it is in the chain of causes', async () => {
    const [words = '', code = 'failed', meaning] = rows[0] ?? [];
    const texts = ['Platform failure', words, 'os error'];
    for (const chained of [texts, texts.toReversed(), [words]]) {
      const thrown = chained.reduceRight<Error | undefined>((cause, text) => new Error(text, { cause }), undefined);
      const standIn = new BindingStandIn(platform);
      const binding = { ...standIn.binding, findCredentialsAsync: () => Promise.reject(thrown) };
      const handle = openOver(create, standIn, { loadBinding: () => binding });
      const error = await failure(handle.list(alice.service), code);
      expect(error.message).toContain(`${meaning}: `);
    }
  });

  test('the words of what nobody knows are one short line', async () => {
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
