import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { freshSecret, textSecret, troublesomeSecrets } from '../contract/secrets.ts';
import { missing } from '../support/gnome-keyring.ts';
import { gnomeKeyring } from './situations.ts';
import { storeOn } from './stores.ts';

const name = { service: 'demo', account: 'alice' };

describeStore('the store over gnome-keyring', 'secret-service', missing(), () => {
  test('secrets come back byte for byte after the daemon restarts, over the same connection', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const store = storeOn(keyring.environment);
    const kept = troublesomeSecrets.map(([account, make]) => [{ service: 'demo', account }, make()] as const);
    for (const [credential, secret] of kept) await store.set(credential, secret);
    await keyring.restart('unlocked');
    for (const [credential, secret] of kept) {
      const back = await store.get(credential);
      expect(back?.equals(secret), credential.account).toBe(true);
    }
    await store.close();
  });

  test('without a collection, every operation is rejected: another provider may have the credential', async () => {
    const { environment } = await gnomeKeyring('none');
    const store = storeOn(environment);
    await failure(store.get(name), 'no-collection');
    await failure(store.delete(name), 'no-collection');
    await failure(store.list(), 'no-collection');
    await failure(store.set(name, textSecret('x')), 'no-collection');
  });

  test('[SS7] locked: reports locked whether or not the credential exists', async () => {
    const keyring = await gnomeKeyring('unlocked');
    await storeOn(keyring.environment).set(name, textSecret('x'));
    await keyring.restart('locked');
    const store = storeOn(keyring.environment);
    await failure(store.get(name), 'locked');
    await failure(store.get({ ...name, account: 'missing' }), 'locked');
    await failure(store.set(name, textSecret('y')), 'locked');
    await keyring.restart('unlocked');
    expect((await store.get(name))?.equals(textSecret('x'))).toBe(true);
  });

  test('locked, and interactive but without a display for the prompt: locked', async () => {
    const keyring = await gnomeKeyring('unlocked');
    await storeOn(keyring.environment).set(name, textSecret('x'));
    await keyring.restart('locked');
    const interaction = { interactive: true, notifyWaiting: () => undefined };
    await failure(storeOn(keyring.environment, { interaction }).get(name), 'locked');
  });

  test('the daemon has ended and the bus cannot start another: not running', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const store = storeOn(keyring.environment);
    await store.set(name, textSecret('x'));
    await keyring.end();
    await failure(store.get(name), 'not-running');
  });

  test('40 handles that write one credential leave one item and no error', async () => {
    const { environment } = await gnomeKeyring('unlocked');
    const secrets = Array.from({ length: 40 }, () => freshSecret(500));
    await Promise.all(secrets.map((secret) => storeOn(environment).set(name, secret)));
    const back = await storeOn(environment).get(name);
    expect(secrets.some((secret) => back?.equals(secret))).toBe(true);
    expect(await storeOn(environment).list('demo')).toEqual([name]);
  });

  test('handles that set, get and delete one credential concurrently never fail and never read a mixture', async () => {
    const { environment } = await gnomeKeyring('unlocked');
    const work = async (index: number) => {
      const store = storeOn(environment);
      for (let round = 0; round < 15; round += 1) {
        await store.set(name, new Secret(new Uint8Array(300).fill(index)));
        const back = (await store.get(name))?.expose();
        if (back !== undefined) expect(new Set(back).size).toBe(1);
        await store.delete(name);
      }
      await store.close();
    };
    await Promise.all(Array.from({ length: 6 }, (_, index) => work(index)));
  });
});
