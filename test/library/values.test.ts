import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CredentialError, isCredentialError, openCredentialStore, Secret } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';

/** The build that CommonJS programs require: other classes of the same names. */
const required = createRequire(import.meta.url)(
  resolve(import.meta.dirname, '../../dist/cjs/index.cjs'),
) as typeof import('../../src/library/index.ts');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-values-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = () =>
  openCredentialStore({
    application: { name: 'acme' },
    environment: { HOME: home, USERPROFILE: home, ACME_STORAGE: 'file' },
  });

describe('[LIB10] set stores exactly', () => {
  test.each<readonly [string, unknown, readonly number[]]>([
    ['a string, as UTF-8', 'ö\u{1f511}', [0xc3, 0xb6, 0xf0, 0x9f, 0x94, 0x91]],
    ['a Uint8Array', Uint8Array.of(0, 255), [0, 255]],
    ['a part of a buffer', new Uint8Array([9, 1, 2, 9]).subarray(1, 3), [1, 2]],
    ['a Buffer', Buffer.from([1, 2]), [1, 2]],
    ['a Uint8Array of another realm', runInNewContext('Uint8Array.of(7, 8)'), [7, 8]],
    ['a Secret', new Secret(Uint8Array.of(3)), [3]],
    ['a Secret of the other build', new required.Secret(Uint8Array.of(4)), [4]],
  ])('%s', async (_, value, bytes) => {
    await using store = await open();
    await store.set('demo', 'alice', value as Uint8Array);
    expect([...((await store.get('demo', 'alice'))?.expose() ?? [])]).toEqual(bytes);
  });
});

describe('[LIB11] set rejects, and keeps the old secret', () => {
  test.each<readonly [string, unknown]>([
    ['an object', { token: 'x' }],
    ['an array of bytes', [1, 2]],
    ['a number', 42],
    ['a promise', Promise.resolve('x')],
    ['a boxed string', new String('x')],
    ['a function', () => 'x'],
    ['a symbol', Symbol('x')],
    ['null', null],
    ['undefined', undefined],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['a DataView', new DataView(new ArrayBuffer(3))],
    ['an array of other numbers', Uint16Array.of(1)],
    ['a clamped array', Uint8ClampedArray.of(1)],
    ['an object that pretends to be a Uint8Array', { [Symbol.toStringTag]: 'Uint8Array', length: 1, 0: 1 }],
    ['a string with a lone surrogate', 'x\ud800'],
    ['a Secret of a string', new Secret('x' as unknown as Uint8Array)],
    ['an object with the mark of a Secret', { [Symbol.for('org.keystow.Secret')]: true, expose: () => 'x' }],
  ])('%s', async (_, value) => {
    await using store = await open();
    await store.set('demo', 'alice', 'old');
    const result = store.set('demo', 'alice', value as string);
    expect(result).toBeInstanceOf(Promise);
    await failure(result, 'invalid-input');
    expect(await store.getText('demo', 'alice')).toBe('old');
  });
});

test('a name that is not a string is invalid', async () => {
  await using store = await open();
  for (const name of [undefined, null, 7, {}]) await failure(store.get(name as string, 'alice'), 'invalid-name');
});

test('[LIB12] errors are recognised across builds and realms, and only errors are', () => {
  const realm = runInNewContext(
    '({ code: "locked", message: "m", [Symbol.for("org.keystow.CredentialError")]: true })',
  );
  for (const error of [new CredentialError('locked', 'm'), new required.CredentialError('locked', 'm'), realm]) {
    expect(isCredentialError(error)).toBe(true);
    expect(required.isCredentialError(error)).toBe(true);
  }
  for (const other of [undefined, null, 'x', new Error('locked'), { code: 'locked', message: 'm' }])
    expect(isCredentialError(other)).toBe(false);
});

test('the mark of a secret does not show its content', () => {
  const secret = new Secret(Buffer.from('hunter2'));
  for (const shown of [inspect(secret, { showHidden: true }), JSON.stringify({ secret }), `${secret}`])
    expect(shown).not.toMatch(/hunter2|104/);
});
