import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missing, startKWallet } from '../support/kwallet.ts';
import { otherTools } from './other-tools.ts';
import { storeOn } from './stores.ts';

const [keytar] = otherTools.filter(({ name }) => name === 'keytar');
if (keytar === undefined) throw new Error('keytar is one of them');

const name = { service: 'interop', account: 'alice' };

// Not over KeePassXC: 2.7.4 refuses libsecret's key where that happens to be short ("Client public key size is invalid").
describeStore('keytar and keystow over KWallet', 'kwallet', missing() ?? keytar.missing, () => {
  test('each reads and deletes what the other wrote', async () => {
    const { environment, stop } = await startKWallet('open');
    onTestFinished(stop);
    const ours = storeOn(environment, { layout: 'keytar' });
    onTestFinished(() => ours.close());
    await ours.set(name, textSecret('ours'));
    expect(keytar.get(environment, name.service, name.account)).toBe('ours');
    keytar.delete(environment, name.service, name.account);
    expect(await ours.get(name)).toBeUndefined();
    keytar.set(environment, name.service, name.account, 'theirs');
    expect((await ours.get(name))?.equals(textSecret('theirs'))).toBe(true);
    expect(await ours.list(name.service)).toEqual([name]);
    expect(await ours.delete(name)).toBe(true);
    expect(keytar.get(environment, name.service, name.account)).toBeUndefined();
  });
});
