import { expect, onTestFinished, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret, troublesomeSecrets } from '../contract/secrets.ts';
import { type KWallet, missing, startKWallet, type WalletState } from '../support/kwallet.ts';
import { readAllItems } from './stored-items.ts';
import { storeOn } from './stores.ts';
import { startTap } from './tap.ts';

const name = { service: 'demo', account: 'alice' };

async function kwallet(state: WalletState): Promise<KWallet> {
  const started = await startKWallet(state);
  onTestFinished(() => started.stop());
  return started;
}

describeStore('the store over KWallet', 'kwallet', missing(), () => {
  test('open: usable until deleted, and the sentinel is gone', async () => {
    const { environment, bus } = await kwallet('open');
    expect(await storeOn(environment).probe()).toEqual({
      kind: 'usable',
      persistence: 'until-delete',
      evidence: { provider: 'kwallet' },
    });
    expect(await readAllItems(bus)).toEqual([]);
  });

  test('locked and non-interactive: locked within the time limit, without a prompt', async () => {
    const wallet = await kwallet('open');
    await storeOn(wallet.environment).set(name, textSecret('x'));
    await wallet.restart('locked');
    const tap = await startTap(wallet.bus);
    onTestFinished(() => tap.stop());
    const store = storeOn(tap.environment);
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'locked',
      evidence: { provider: 'kwallet' },
    });
    await failure(store.get(name), 'locked');
    await failure(store.set(name, textSecret('y')), 'locked');
    await failure(store.delete(name), 'locked');
    await failure(store.list(), 'locked');
    expect(tap.turns.flat()).not.toContain('Prompt');
  });

  test('running with the Secret Service switched off: not running, switched off', async () => {
    const { environment } = await kwallet('switched-off');
    const store = storeOn(environment);
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'not-running',
      evidence: { provider: 'kwallet', switchedOff: true },
    });
    await failure(store.get(name), 'not-running');
  });

  test('secrets come back byte for byte after the daemon restarts and a sign-in opens the wallet', async () => {
    const wallet = await kwallet('open');
    const store = storeOn(wallet.environment);
    const credentials = troublesomeSecrets.map(([account, make]) => [{ service: 'demo', account }, make()] as const);
    for (const [credential, secret] of credentials) await store.set(credential, secret);
    await wallet.restart('open');
    for (const [credential, secret] of credentials) {
      const back = await store.get(credential);
      expect(back?.equals(secret), credential.account).toBe(true);
    }
  });

  test('text and bytes stored alternately under one name come back unchanged', async () => {
    const { environment } = await kwallet('open');
    const store = storeOn(environment);
    for (const [title, make] of troublesomeSecrets) {
      const secret = make();
      await store.set(name, secret);
      expect((await store.get(name))?.equals(secret), title).toBe(true);
    }
  });
});
