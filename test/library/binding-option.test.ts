import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type OpenOptions, openCredentialStore } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, fakeMacos } from '../native/fake-binding.ts';
import { onPlatform } from '../support/platform.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-binding-option-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = (options: Partial<OpenOptions> = {}) =>
  openCredentialStore({ application: { name: 'acme' }, environment: { HOME: home }, ...options });

/** Installed for this platform only, so macOS has none here. */
const withoutBinding = { skip: process.platform === 'darwin' || process.platform === 'win32' };

/** On Windows, files have no modes, which macOS checks. */
const asMacos = { skip: process.platform === 'win32' };

describe('the option binding', asMacos, () => {
  test.each([
    ['as require returns it', (binding: object) => binding],
    ['as an import of everything returns it', (binding: object) => ({ default: binding })],
  ])('is what the Keychain uses: %s', async (_, wrap) => {
    onPlatform('darwin');
    const { binding, items } = new FakeBinding(fakeMacos);
    const onNotice = vi.fn();
    const store = await open({ binding: wrap(binding), onNotice });
    expect((await store.set('github.com', 'alice', 's3cret')).store).toBe('keychain');
    expect(items.size).toBe(1);
    expect(await store.getText('github.com', 'alice')).toBe('s3cret');
    expect(onNotice).not.toHaveBeenCalled();
    await store.close();
  });

  test('is rejected on every platform if it is another module', async () => {
    await failure(open({ binding: {} }), 'invalid-setting');
    await failure(open({ binding: { default: undefined, Entry: class {} } }), 'invalid-setting');
  });
});

describe('without a binding, a platform that always has a store', withoutBinding, () => {
  test('gets one warning with the first credential, because the program was packaged without it', async () => {
    onPlatform('darwin');
    const onNotice = vi.fn();
    const store = await open({ onNotice });
    expect((await store.set('github.com', 'alice', 's3cret')).store).toBe('file');
    await store.set('github.com', 'bob', 's3cret');
    expect(onNotice.mock.calls).toEqual([
      [expect.objectContaining({ code: 'store-skipped', message: expect.stringContaining('Keychain') })],
    ]);
    expect((await store.report()).selection.warnings).toEqual([
      expect.stringContaining(onNotice.mock.calls[0]?.[0].message),
    ]);
    await store.close();
  });

  test('gets no warning if the user asked for the file', async () => {
    onPlatform('darwin');
    const onNotice = vi.fn();
    const store = await open({ onNotice, environment: { HOME: home, ACME_STORAGE: 'file' } });
    await store.set('github.com', 'alice', 's3cret');
    expect(onNotice).not.toHaveBeenCalled();
    await store.close();
  });
});
