import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainAddress, listOwnBuses } from '../../src/adapters/secret-service/dbus/session-bus.ts';
import { SecretServiceError } from '../../src/adapters/secret-service/operation.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux } from '../support/needs.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

const usual = `/run/user/${process.geteuid?.()}/bus`;

describe('the user’s own bus', needsLinux, () => {
  test.each([
    ['nothing', {}, [usual]],
    ['another user’s runtime directory', { XDG_RUNTIME_DIR: '/run/user/4711' }, ['/run/user/4711/bus', usual]],
    ['that of a snap', { XDG_RUNTIME_DIR: '/run/user/0/snap.demo' }, ['/run/user/0/snap.demo/bus', usual]],
    ['a relative runtime directory', { XDG_RUNTIME_DIR: 'run' }, [usual]],
    ['a runtime directory elsewhere', { XDG_RUNTIME_DIR: '/srv/run' }, ['/srv/run/bus']],
    ['an old address', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/gone' }, [usual]],
    ['an address without a socket', { DBUS_SESSION_BUS_ADDRESS: 'autolaunch:' }, [usual]],
    ['an invalid address', { DBUS_SESSION_BUS_ADDRESS: 'nonsense' }, [usual]],
    ['no bus at all', { DBUS_SESSION_BUS_ADDRESS: 'disabled:' }, []],
    ['no bus, as a file', { DBUS_SESSION_BUS_ADDRESS: '/dev/null' }, []],
    ['no bus, as a socket', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/dev/null' }, []],
    ['another machine’s', { DBUS_SESSION_BUS_ADDRESS: 'tcp:host=example.org,port=1' }, []],
    ['another machine’s, or a socket', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/gone;tcp:host=example.org,port=1' }, []],
    ['a program', { DBUS_SESSION_BUS_ADDRESS: 'unixexec:path=ssh' }, []],
  ])('if the environment names %s, is looked for where it says: %j', (_, environment, sockets) => {
    expect(listOwnBuses(environment)).toEqual(sockets);
  });

  test('is used if nothing listens at the address in the environment any more, and a probe reports it', async () => {
    const bus = await sessionBus();
    const { environment, socket } = bus;
    await fakeProvider(bus);
    const { XDG_RUNTIME_DIR = '' } = environment;
    const own = join(XDG_RUNTIME_DIR, 'bus');
    symlinkSync(socket, own);
    for (const address of [
      'unix:path=/nonexistent/bus',
      `unix:path=${XDG_RUNTIME_DIR}/gone;unix:path=/nonexistent/bus`,
    ]) {
      const store = storeOn({ ...environment, DBUS_SESSION_BUS_ADDRESS: address });
      const because = 'because nothing listens at the address in DBUS_SESSION_BUS_ADDRESS';
      expect(await store.probe()).toMatchObject({ kind: 'usable', evidence: { otherBus: `${own}, ${because}` } });
      expect(await store.list()).toEqual([]);
      await store.close();
    }
    const probed = await storeOn(environment).probe();
    expect(probed).toMatchObject({ kind: 'usable' });
    expect(probed.evidence?.otherBus).toBeUndefined();
  });

  test('is not used instead of a bus that answers', async () => {
    const [first, second] = [await sessionBus(), await sessionBus()];
    await fakeProvider(second);
    symlinkSync(second.socket, join(first.environment.XDG_RUNTIME_DIR ?? '', 'bus'));
    expect(await storeOn({ ...first.environment, PATH: '' }).probe()).toMatchObject({ reason: 'not-installed' });
  });

  test('is not used if it isn’t the user’s', async () => {
    const { folder } = newPlace();
    const result = await storeOn({
      XDG_RUNTIME_DIR: folder,
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
    }).probe();
    expect(result).toMatchObject({ kind: 'unsupported', reason: 'no-session-bus' });
  });
});

describe('an address that can’t be used', () => {
  const explain = (address: string, failure?: unknown) => {
    const { error, because } = explainAddress({ DBUS_SESSION_BUS_ADDRESS: address }, failure);
    return error instanceof SecretServiceError ? [error.code, error.evidence.untrustedBus, because] : [error, because];
  };

  test.each([
    ['', undefined, ['no-session-bus', undefined, 'DBUS_SESSION_BUS_ADDRESS is not set']],
    ['disabled:', undefined, ['no-session-bus', undefined, 'DBUS_SESSION_BUS_ADDRESS disables it']],
    ['nonsense', undefined, ['no-session-bus', undefined, 'DBUS_SESSION_BUS_ADDRESS is invalid']],
    [
      'tcp:host=localhost,port=1',
      undefined,
      [
        'denied',
        'transport',
        'the transport of DBUS_SESSION_BUS_ADDRESS is tcp:, and somebody else could be at its other end',
      ],
    ],
    [
      'launchd:env=X',
      undefined,
      ['no-session-bus', undefined, 'the transport of DBUS_SESSION_BUS_ADDRESS is launchd:, which is not supported'],
    ],
    ['unix:path=/gone', 'a failure', ['a failure', 'nothing listens at the address in DBUS_SESSION_BUS_ADDRESS']],
    [
      'unix:path=/foreign',
      new SecretServiceError('denied', { untrustedBus: 'foreign', text: 'another user’s' }),
      ['denied', 'foreign', 'another user’s'],
    ],
  ])('is explained: %j', (address, failure, expected) => {
    expect(explain(address, failure)).toEqual(expected);
  });
});
