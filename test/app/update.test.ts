import { beforeEach, describe, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { type ChangeSecret, updateCredential } from '../../src/app/tokens/update-credential.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const name = { service: 'demo', account: 'alice' };

let world: World;
beforeEach(() => {
  world = new World();
});

const toText = (secret: Secret | undefined) => secret && Buffer.from(secret.expose()).toString();
const read = async () => toText(await getCredential(world.context, name));
const set = (text: string) => setCredential(world.context, name, textSecret(text));
const update = (change: ChangeSecret) => updateCredential(world.context, name, change);
const append = (text: string) => update((old) => textSecret(`${toText(old) ?? ''}${text}`));

describe('an update', () => {
  test('replaces the secret by what the function makes of it', async () => {
    await set('a');
    expect(await append('b')).toMatchObject({ store: 'secret-service', replaced: true });
    expect(await read()).toBe('ab');
  });

  test('creates a credential that does not exist, in the selected store', async () => {
    expect(await append('a')).toMatchObject({ store: 'secret-service', replaced: false });
    expect(await read()).toBe('a');
  });

  test('removes the credential if the function returns undefined', async () => {
    await set('a');
    expect(await update(() => undefined)).toBe('removed');
    expect(await read()).toBeUndefined();
    expect(world.placement).toEqual([]);
  });

  test('writes nothing if the function returns what it got', async () => {
    await set('a');
    world.calls.length = 0;
    expect(await update((old) => old)).toBe('unchanged');
    expect(world.calls).toEqual(['get secret-service']);
  });

  test('keeps the old secret if the function throws or rejects', async () => {
    await set('a');
    const thrown = new Error('no');
    await expect(
      update(() => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    await expect(update(() => Promise.reject(thrown))).rejects.toBe(thrown);
    expect(await read()).toBe('a');
  });

  test('keeps the old secret if the new one is empty', async () => {
    await set('a');
    await failure(
      update(() => textSecret('')),
      'invalid-input',
    );
    expect(await read()).toBe('a');
    await updateCredential(world.context, name, () => textSecret(''), { allowEmpty: true });
    expect(await read()).toBe('');
  });

  test('keeps the old secret if the store fails', async () => {
    await set('a');
    world.write = () => Promise.reject(new CredentialError('file-io', 'no space left on device'));
    await failure(append('b'), 'file-io');
    world.write = (_, perform) => perform();
    expect(await read()).toBe('a');
  });

  test('stays in the store that has the secret, whatever is preferred now', async () => {
    world.policy = { preference: 'file', keyringDisabled: false };
    await set('a');
    world.policy = { preference: 'auto', keyringDisabled: false };
    expect(await append('b')).toMatchObject({ store: 'file' });
    expect(await world.stores['secret-service'].get(name)).toBeUndefined();
  });

  test('runs the function again with what somebody has written meanwhile', async () => {
    await set('a');
    const seen: (string | undefined)[] = [];
    await update(async (old) => {
      seen.push(toText(old));
      if (seen.length === 1) await set('z');
      return textSecret(`${toText(old)}b`);
    });
    expect(seen).toEqual(['a', 'z']);
    expect(await read()).toBe('zb');
  });

  test('runs the function again if somebody has removed the secret meanwhile', async () => {
    await set('a');
    await update(async (old) => {
      if (old) await world.stores['secret-service'].delete(name);
      return textSecret(`${toText(old) ?? 'new'}b`);
    });
    expect(await read()).toBe('newb');
  });

  test('gives up if somebody writes each time', async () => {
    let writes = 0;
    const error = await failure(
      update(async () => {
        writes += 1;
        await set(String(writes));
        return textSecret('mine');
      }),
      'file-busy',
    );
    expect(error.message).toBe('another process has changed demo alice meanwhile');
    expect(await read()).toBe(String(writes));
  });

  test('sees each earlier one, if a hundred run at the same time', async () => {
    await Promise.all(
      Array.from({ length: 100 }, () => update((old) => textSecret(String(Number(toText(old) ?? 0) + 1)))),
    );
    expect(await read()).toBe('100');
  });
});
