import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { bindingFaults } from '../faults/binding-faults.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { openOver } from './harness.ts';
import { alice, secretOf, stores } from './stores.ts';

type Row = readonly [words: string, code: ErrorCode, meaning: string];

const rowsOf = (platform: string): Row[] =>
  bindingFaults.flatMap(({ stage, words, code, meaning, ...fault }) =>
    fault.platform === platform && stage === 'call' && words !== undefined ? [[words, code, meaning] as const] : [],
  );

/** What only looks like one of them. */
const alike: Readonly<Record<string, readonly string[]>> = {
  Keychain: [
    'Platform failure: error code -253080',
    'Platform failure: error code -1283',
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

describe.each(stores)('%s: what the platform says', (store, create, platform) => {
  const rows = rowsOf(store === 'Keychain' ? 'darwin' : 'win32');
  const others = alike[store]?.map((words): Row => [words, 'failed', `the ${store} failed`]) ?? [];

  test.each([...rows, ...others])('%j is %s', async (words, code, meaning) => {
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
