import { expect, test } from 'vitest';
import { method, serviceName } from '../../src/adapters/secret-service/calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { unlockGnomeKeyring } from '../../src/adapters/secret-service/unlock-gnome-keyring.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import type { Answer } from '../faults/bus-peer.ts';
import type { Message, Value } from '../faults/dbus-codec.ts';
import type { FakeProviderOptions } from '../faults/fake-provider.ts';
import { missing } from '../support/gnome-keyring.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { fakeProvider, gnomeKeyring, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

const password = textSecret('a password of the tests');
const name = { service: 'demo', account: 'alice' };
const other = { service: 'demo', account: 'bob' };
const never = new AbortController().signal;

async function setDefaultAlias(socket: string, collection: string): Promise<void> {
  const bus = new Connection(socket);
  await bus.call({
    ...method({ bus, owner: serviceName }, '/org/freedesktop/secrets', 'Service', 'SetAlias'),
    signature: 'so',
    write(body) {
      body.writeString('default');
      body.writeString(collection);
    },
    replySignature: '',
    read: () => undefined,
  });
  bus.end();
}

describeStore('unlocking GNOME Keyring', 'secret-service', missing(), () => {
  test('[SS90] unlocks the login keyring of the running daemon, which goes on', async () => {
    const { environment } = await gnomeKeyring('unlocked');
    const store = storeOn(environment);
    await store.set(name, textSecret('s3cret'));
    const locked = await gnomeKeyring('locked');
    const other = storeOn(locked.environment);
    await failure(other.set(name, textSecret('s3cret')), 'locked');
    await unlockGnomeKeyring(locked.environment, password, never);
    await other.set(name, textSecret('s3cret'));
    expect((await other.get(name))?.equals(textSecret('s3cret'))).toBe(true);
    await unlockGnomeKeyring(locked.environment, password, never);
    expect((await other.get(name))?.equals(textSecret('s3cret'))).toBe(true);
    await Promise.all([store.close(), other.close()]);
  });

  test('creates the login keyring, as the default one, if none exists', async () => {
    const { environment } = await gnomeKeyring('none');
    const store = storeOn(environment);
    expect(await store.probe()).toMatchObject({ reason: 'no-collection' });
    await unlockGnomeKeyring(environment, password, never);
    expect(await store.probe()).toMatchObject({ kind: 'usable', persistence: 'until-delete' });
    await store.close();
  });

  test('makes the login keyring the default one again, if it is not, and finds its items', async () => {
    const { environment, bus } = await gnomeKeyring('unlocked');
    const store = storeOn(environment);
    await store.set(name, textSecret('s3cret'));
    await setDefaultAlias(bus.socket, '/');
    expect(await store.probe()).toMatchObject({ reason: 'no-collection' });
    expect((await store.get(name))?.equals(textSecret('s3cret'))).toBe(true);
    await unlockGnomeKeyring(environment, password, never);
    await store.set(other, textSecret('x'));
    expect(await store.list()).toEqual([name, other]);
    await store.close();
  });

  test('a wrong password leaves it locked', async () => {
    const { environment } = await gnomeKeyring('locked');
    const error = await failure(unlockGnomeKeyring(environment, textSecret('wrong'), never), 'wrong-passphrase');
    expect(error.message).toBe('wrong password for GNOME Keyring');
    expect(error.hint).toContain('sign in with at the desktop');
    const store = storeOn(environment);
    expect(await store.probe()).toMatchObject({ reason: 'locked' });
    await store.close();
  });

  test('can be cancelled', async () => {
    const { environment } = await gnomeKeyring('locked');
    await failure(unlockGnomeKeyring(environment, password, AbortSignal.abort()), 'cancelled');
  });

  test('a daemon that has ended is not running', async () => {
    const keyring = await gnomeKeyring('locked');
    await keyring.end();
    await expect(unlockGnomeKeyring(keyring.environment, password, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^not-(running|installed)$/),
    });
  });
});

const collections = '/org/freedesktop/secrets/collection';

/** A GNOME Keyring with this default collection, and with or without a login keyring. Returns the calls that change it. */
async function unlockFake(defaultCollection: string, { hasLogin = true, locked = true } = {}) {
  const bus = await sessionBus();
  const gone = { errorName: 'org.freedesktop.Secret.Error.NoSuchObject', signature: 's', values: ['no'] };
  const changes: (readonly [string | undefined, string | undefined, string | undefined, Value[]])[] = [];
  const record = (answer: Answer) => (call: Message) => {
    const { path, interface: on, member, signature = '' } = call.fields;
    changes.push([path, on, member, call.body(signature)]);
    return answer;
  };
  await fakeProvider(bus, {
    names: ['org.gnome.keyring'],
    instead: {
      ReadAlias: () => ({ signature: 'o', values: [defaultCollection] }),
      Get: ({ fields }) =>
        fields.path === `${collections}/login` && !hasLogin ? gone : { signature: 'v', values: [['b', locked]] },
      UnlockWithMasterPassword: record({}),
      CreateWithMasterPassword: record({ signature: 'o', values: [`${collections}/login`] }),
      SetAlias: record({}),
    },
  });
  await unlockGnomeKeyring(bus.environment, password, never);
  return changes;
}

describeStore('what unlocking GNOME Keyring changes', 'secret-service', missingSessionBus(), () => {
  const root = '/org/freedesktop/secrets';
  const internal = 'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface';
  const secret = [`${root}/session/s1`, new Uint8Array(), password.expose(), 'text/plain'];
  const unlocked = (name: string) => [root, internal, 'UnlockWithMasterPassword', [`${collections}/${name}`, secret]];
  const madeDefault = [root, 'org.freedesktop.Secret.Service', 'SetAlias', ['default', `${collections}/login`]];

  test('is only that the default keyring is unlocked, if it lasts', async () => {
    expect(await unlockFake(`${collections}/mine`)).toEqual([unlocked('mine')]);
  });

  test.each([
    ['is in memory', `${collections}/session`],
    ['does not exist', '/'],
  ])('is that the login keyring is unlocked and becomes the default, if that %s', async (_, defaultCollection) => {
    expect(await unlockFake(defaultCollection)).toEqual([unlocked('login'), madeDefault]);
  });

  test.each(['/', `${collections}/session`])(
    'is that a login keyring with the password is created and becomes the default, if none lasts: %s',
    async (defaultCollection) => {
      const label = [['org.freedesktop.Secret.Collection.Label', ['s', 'login']]];
      expect(await unlockFake(defaultCollection, { hasLogin: false })).toEqual([
        [root, internal, 'CreateWithMasterPassword', [label, secret]],
        madeDefault,
      ]);
    },
  );
});

describeStore('unlocking another provider with a password', 'secret-service', missingSessionBus(), () => {
  const unlock = async (options: FakeProviderOptions, code: ErrorCode) => {
    const bus = await sessionBus();
    const provider = await fakeProvider(bus, options);
    const error = await failure(unlockGnomeKeyring(bus.environment, password, never), code);
    return { error, calls: provider.calls };
  };
  const unknown = (name: string) => () => ({ errorName: name, signature: 's', values: ['no such method'] });

  test('is not tried if it is certainly another one, so that it never gets the password', async () => {
    const { error, calls } = await unlock({ names: ['org.kde.kwalletd5'] }, 'not-installed');
    expect(error.evidence).toMatchObject({ provider: 'kwallet' });
    expect(error.evidence?.text).toContain('not GNOME Keyring');
    expect(calls.filter((member) => /MasterPassword/.test(member))).toEqual([]);
  });

  test.each(['UnknownMethod', 'UnknownInterface'])('is tried once if it has no such method: %s', async (name) => {
    const instead = { UnlockWithMasterPassword: unknown(`org.freedesktop.DBus.Error.${name}`) };
    const { error, calls } = await unlock({ instead }, 'not-installed');
    expect(calls.filter((member) => member === 'UnlockWithMasterPassword')).toHaveLength(1);
    expect(error.evidence?.text).toContain('cannot be unlocked with a password');
  });

  test('fails with any other error as it is', async () => {
    const instead = { UnlockWithMasterPassword: unknown('org.gnome.keyring.Error.UnknownMethodOfAnother') };
    const { error } = await unlock({ instead }, 'failed');
    expect(error.evidence?.text).toBe('no such method');
  });

  test('creates nothing if it cannot be told whether there is a login keyring', async () => {
    const instead = {
      ReadAlias: () => ({ signature: 'o', values: ['/'] }),
      Get: unknown('org.freedesktop.DBus.Error.AccessDenied'),
    };
    const { calls } = await unlock({ instead }, 'denied');
    expect(calls).not.toContain('CreateWithMasterPassword');
  });

  test('shows no prompt, and waits for nobody', async () => {
    const instead = { UnlockWithMasterPassword: unknown('org.freedesktop.Secret.Error.IsLocked') };
    const { calls } = await unlock({ instead, locked: true }, 'locked');
    expect(calls).not.toContain('Prompt');
  });

  test('fails if the new keyring does not exist', async () => {
    const instead = {
      ReadAlias: () => ({ signature: 'o', values: ['/'] }),
      Get: unknown('org.freedesktop.DBus.Error.UnknownObject'),
      CreateWithMasterPassword: () => ({ signature: 'o', values: ['/'] }),
    };
    const { error, calls } = await unlock({ instead }, 'failed');
    expect(error.evidence?.text).toBe('it created no keyring');
    expect(calls).not.toContain('SetAlias');
  });
});
