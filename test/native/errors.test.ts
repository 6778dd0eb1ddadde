import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { bindingFaults } from '../faults/binding-faults.ts';
import { FakeBinding, fakeMacos } from './fake-binding.ts';
import { alice, createSecret, openStoreOver, stores } from './harness.ts';

type Case = readonly [message: string, code: ErrorCode, meaning: string];

const listCases = (platform: string): Case[] =>
  bindingFaults.flatMap(({ stage, message, code, meaning, ...fault }) =>
    fault.platform === platform && stage === 'call' && message !== undefined ? [[message, code, meaning] as const] : [],
  );

/** Other spellings of the same errors. */
const spellings: Readonly<Record<string, readonly Case[]>> = {
  Keychain: [
    ['Entry is matched by 12 credentials: [..]', 'ambiguous', 'several items in the Keychain match'],
    [
      "Value of 'user' IS LONGER THAN the platform limit of 9 chars",
      'too-large',
      'the secret or its name is too large for the Keychain',
    ],
  ],
  'Credential Manager': [
    ['Entry is matched by 12 credentials: [..]', 'ambiguous', 'several credentials in Credential Manager match'],
    ['HRESULT 0x800706F7', 'too-large', 'the secret is too large for Credential Manager'],
  ],
};

/** Messages that only look like one of them. */
const similar: Readonly<Record<string, readonly string[]>> = {
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

const hints: Readonly<Record<string, readonly (readonly [message: string, hint: string | undefined])[]>> = {
  Keychain: [
    ['Platform failure: User interaction is not allowed.', 'security unlock-keychain'],
    ['Platform failure: error code -25293', 'security unlock-keychain'],
    ['Platform failure: error code -25307', 'security default-keychain'],
    ['an unknown message', undefined],
  ],
  'Credential Manager': [
    ['Windows ERROR_NO_SUCH_LOGON_SESSION', 'sign in at the desktop or by Remote Desktop, or use the encrypted file'],
    ['an unknown message', undefined],
  ],
};

test.each([
  ['User canceled the operation.', { dismissed: true }],
  ['User interaction is not allowed.', undefined],
])('Keychain: %j shows whether the user dismissed a dialog: %j', async (message, evidence) => {
  const fake = new FakeBinding(fakeMacos);
  fake.fail(/./, message);
  await expect(openStoreOver(createKeychain, fake).get(alice)).rejects.toMatchObject({ evidence });
});

describe.each(stores)('%s: messages of the platform', (store, create, platform) => {
  const cases = listCases(store === 'Keychain' ? 'darwin' : 'win32');
  const otherSpellings = spellings[store] ?? [];
  const unknown = similar[store]?.map((message): Case => [message, 'failed', `the ${store} failed`]) ?? [];

  test.each([...cases, ...otherSpellings, ...unknown])('[NAT5] %j has the code %s', async (message, code, meaning) => {
    const fake = new FakeBinding(platform);
    const handle = openStoreOver(create, fake);
    await handle.set(alice, createSecret(3));
    const operations = [
      () => handle.get(alice),
      () => handle.set(alice, createSecret(4)),
      () => handle.delete(alice),
      () => handle.list(alice.service),
    ];
    for (const operation of operations) {
      fake.fail(/./, message, Number.POSITIVE_INFINITY);
      const error = await failure(operation(), code);
      expect(error.message).toBe(`${meaning}: ${message}`);
      expect(error.cause).toMatchObject({ message: message });
    }
  });

  test.each(hints[store] ?? [])('%j has the hint %s', async (message, hint) => {
    const fake = new FakeBinding(platform);
    fake.fail(/./, message);
    await expect(openStoreOver(create, fake).get(alice)).rejects.toMatchObject({ hint });
  });

  test('a message is found anywhere in the chain of causes', async () => {
    const [message = '', code = 'failed', meaning] = cases[0] ?? [];
    const texts = ['Platform failure', message, 'os error'];
    for (const chained of [texts, texts.toReversed(), [message]]) {
      const thrown = chained.reduceRight<Error | undefined>((cause, text) => new Error(text, { cause }), undefined);
      const fake = new FakeBinding(platform);
      const binding = { ...fake.binding, findCredentialsAsync: () => Promise.reject(thrown) };
      const handle = openStoreOver(create, fake, { loadBinding: () => binding });
      const error = await failure(handle.list(alice.service), code);
      expect(error.message).toContain(`${meaning}: `);
    }
  });

  test('an unknown message is shortened to one line', async () => {
    const cause = new Error('entirely\nnew', { cause: new Error(`${'long '.repeat(100)}\r\n`) });
    const loadBinding = () => ({
      AsyncEntry: class {
        constructor() {
          throw cause;
        }
      } as never,
      findCredentialsAsync: () => Promise.reject(cause),
    });
    const handle = openStoreOver(create, new FakeBinding(platform), { loadBinding });
    const error = await failure(handle.get(alice), 'failed');
    expect(error.message).toMatch(/ failed: (long )+long?/);
    expect(error.message.length).toBeLessThan(350);
  });
});
