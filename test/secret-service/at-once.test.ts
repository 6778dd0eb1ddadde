import { execFileSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { getAtOnce } from '../../src/adapters/secret-service/get-at-once.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missing } from '../support/gnome-keyring.ts';
import { fakeBus, fakeProvider, gnomeKeyring, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';
import { startTap } from './tap.ts';

const name = { service: 'demo', account: 'alice' };

async function keyringWithSecret() {
  const keyring = await gnomeKeyring('unlocked');
  await storeOn(keyring.environment).set(name, textSecret('kept'));
  return keyring;
}

async function textAtOnce(environment: Parameters<typeof getAtOnce>[0], account = name.account) {
  const secret = await getAtOnce(environment, { ...name, account }, 'keystow');
  return secret && Buffer.from(secret).toString();
}

describeStore('a read of what lies there unlocked', 'secret-service', missing(), () => {
  test('takes three turns, six calls, and no session is opened before the provider was met', async () => {
    const keyring = await keyringWithSecret();
    const tap = await startTap(keyring.bus);
    onTestFinished(() => tap.stop());
    expect(await textAtOnce(tap.environment)).toBe('kept');
    expect(tap.turns).toEqual([
      ['Hello', 'GetConnectionUnixProcessID', 'ReadAlias'],
      ['OpenSession', 'SearchItems'],
      ['GetSecret'],
    ]);
  });

  test('is had by many at once', async () => {
    const { environment } = await keyringWithSecret();
    const texts = await Promise.all(Array.from({ length: 16 }, () => textAtOnce(environment)));
    expect(new Set(texts)).toEqual(new Set(['kept']));
  });
});

describeStore('everything else is left to the store', 'secret-service', missing(), () => {
  test('what is not kept', async () => {
    expect(await textAtOnce((await keyringWithSecret()).environment, 'nobody')).toBeUndefined();
  });

  test('what two items match', async () => {
    const { environment } = await keyringWithSecret();
    const item = ['service', name.service, 'username', name.account, 'more', 'than that'];
    execFileSync('secret-tool', ['store', '--label=other', ...item], { env: environment, input: 'other' });
    expect(await textAtOnce(environment)).toBeUndefined();
  });

  test('what is locked, which nobody is asked to unlock', async () => {
    const keyring = await keyringWithSecret();
    await keyring.restart('locked');
    expect(await textAtOnce(keyring.environment)).toBeUndefined();
  });

  test('a provider that may do more than search when it is searched: it is not', async () => {
    const bus = await sessionBus();
    const provider = await fakeProvider(bus);
    expect(await textAtOnce(bus.environment)).toBeUndefined();
    expect(provider.calls).not.toContain('SearchItems');
    expect(provider.calls).not.toContain('OpenSession');
  });

  test('a bus without a provider, and none is started', async () => {
    const bus = await sessionBus();
    await expect(textAtOnce(bus.environment)).rejects.toThrow('the answer is an error');
  });

  test('a bus that never answers', async () => {
    const bus = await fakeBus(() => undefined);
    await expect(textAtOnce(bus.environment)).rejects.toThrow('the connection is closed');
  });

  test('a machine that has no bus', async () => {
    expect(await textAtOnce({})).toBeUndefined();
  });
});
