import { describe, expect, test } from 'vitest';
import { BusError } from '../../src/adapters/secret-service/dbus/reader.ts';
import { maxSecretBytes } from '../../src/adapters/secret-service/secret-service.ts';
import {
  isConnectError,
  isSessionLost,
  toError,
  toSecretServiceError,
} from '../../src/adapters/secret-service/to-error.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import type { Evidence } from '../../src/domain/selection/probe-result.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { freshSecret, textSecret } from '../contract/secrets.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { programs, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

describeStore('the error messages of the Secret Service', 'secret-service', missingSessionBus(), () => {
  test('the store has the id secret-service and lists everything', async () => {
    expect(storeOn({})).toMatchObject({ id: 'secret-service', listing: 'all' });
  });

  test('an invalid name is rejected before a connection is opened', async () => {
    const store = storeOn({});
    const noService = { service: '', account: 'alice' };
    const badAccount = { service: 'demo', account: 'a\0b' };
    for (const work of [
      store.get(noService),
      store.set(noService, textSecret('x')),
      store.delete(noService),
      store.list(''),
    ])
      expect((await failure(work, 'invalid-name')).message).toBe('the service is empty');
    for (const work of [store.get(badAccount), store.set(badAccount, textSecret('x')), store.delete(badAccount)])
      expect((await failure(work, 'invalid-name')).message).toContain('the account');
  });

  test('no session bus: the message says where it was expected', async () => {
    const PATH = programs('dbus-daemon');
    const error = await failure(storeOn({ PATH }).get(name), 'no-session-bus');
    const text = 'no address of a session bus is set';
    expect(error.message).toBe(`no session bus, which the Secret Service requires: ${text}`);
    expect(error.evidence).toEqual({ text });
    const absent = storeOn({ PATH, XDG_RUNTIME_DIR: '/nonexistent' });
    expect((await failure(absent.get(name), 'no-session-bus')).message).toBe(
      'no session bus, which the Secret Service requires: connect ENOENT /nonexistent/bus',
    );
  });

  test('a provider that is not installed or not running', async () => {
    const { environment } = await sessionBus();
    const notInstalled = await failure(storeOn({ ...environment, PATH: programs() }).get(name), 'not-installed');
    expect(notInstalled.message).toBe('nothing that provides the Secret Service is installed');
    const notRunning = await failure(storeOn({ ...environment, PATH: programs('keepassxc') }).get(name), 'not-running');
    expect(notRunning).toMatchObject({
      message: 'the Secret Service is not running',
      evidence: { provider: 'keepassxc' },
    });
  });

  test('several matching items: the hint says what to do', async () => {
    const { provider, store } = await setUpStore();
    provider.add({ ...exactAttributes, realm: 'a' }, 'one');
    provider.add({ ...exactAttributes, realm: 'b' }, 'two');
    const reading = store.get(name, { onForeignItem: () => undefined });
    expect(await failure(reading, 'ambiguous')).toMatchObject({
      message: 'several items of the Secret Service match, and none of them is certainly the right one',
      hint: 'store the credential again: keystow then reads its own item, and leaves those of other programs',
    });
  });

  test('a secret that is too large, and a cancelled operation', async () => {
    const { store } = await setUpStore();
    const large = await failure(store.set(name, freshSecret(maxSecretBytes + 1)), 'too-large');
    expect(large).toMatchObject({
      message: 'the secret is larger than the Secret Service is asked to keep',
      hint: undefined,
      evidence: {},
    });
    const cancelled = await failure(store.get(name, { signal: AbortSignal.abort() }), 'cancelled');
    expect(cancelled.message).toBe('the operation was cancelled');
  });

  test.each<[errorName: string, text: string, code: ErrorCode, message: string]>([
    ['org.freedesktop.DBus.Error.AccessDenied', 'no', 'denied', 'access to the Secret Service is denied: no'],
    ['org.freedesktop.DBus.Error.Timeout', 'late', 'timed-out', 'the Secret Service did not answer in time: late'],
    ['org.freedesktop.Secret.Error.IsLocked', '', 'locked', 'the Secret Service is locked: Secret.Error.IsLocked'],
    ['org.example.Broken', '', 'failed', 'the Secret Service failed: org.example.Broken'],
    ['org.example.Broken', ' \n', 'failed', 'the Secret Service failed'],
    [
      'org.example.Broken',
      `a\u0007b \u0085 ${'x'.repeat(300)}`,
      'failed',
      `the Secret Service failed: a b ${'x'.repeat(296)}`,
    ],
  ])('the error %s with the text %j is %s', async (errorName, text, code, message) => {
    const { provider, store } = await setUpStore({
      instead: { GetSecret: () => ({ errorName, signature: 's', values: [text] }) },
    });
    provider.add(exactAttributes, 'kept');
    expect((await failure(store.get(name), code)).message).toBe(message);
    const error = await failure(store.get(name), code);
    expect(error.cause).toMatchObject({ errorName, message: text });
  });

  test('a locked provider: the message says why, if that is known', async () => {
    const locked = await setUpStore({ locked: true });
    expect((await failure(locked.store.get(name), 'locked')).message).toBe('the Secret Service is locked');
    const interaction = { interactive: true, notifyWaiting: () => undefined };
    const dismissed = await setUpStore({ locked: true, user: 'dismisses' }, { interaction });
    const why = 'the prompt was dismissed';
    expect(await failure(dismissed.store.get(name), 'locked')).toMatchObject({
      message: `the Secret Service is locked: ${why}`,
      evidence: { dismissed: true, text: why },
    });
  });

  test('KeePassXC that asks before each access', async () => {
    const { store } = await setUpStore({
      names: ['org.keepassxc.KeePassXC.MainWindow'],
      instead: {
        SearchItems: () => ({ signature: 'aoao', values: [[], ['/org/freedesktop/secrets/collection/fake/1']] }),
      },
    });
    const text = 'KeePassXC asks before it lets a program read an entry';
    expect(await failure(store.get(name), 'locked')).toMatchObject({
      message: `the Secret Service is locked: ${text}`,
      evidence: { text },
    });
  });

  test('a provider that ends during an operation', async () => {
    const { provider, store } = await setUpStore({ instead: { GetSecret: () => 'end' } });
    provider.add(exactAttributes, 'kept');
    const text = 'it ended while it was asked';
    expect(await failure(store.get(name), 'not-running')).toMatchObject({
      message: `the Secret Service is not running: ${text}`,
      evidence: { text },
    });
  });

  test('a write that fails includes the text of the provider', async () => {
    const { store } = await setUpStore({
      instead: { CreateItem: () => ({ errorName: 'org.example.Full', signature: 's', values: ['the disk is full'] }) },
    });
    const error = await failure(store.set(name, textSecret('kept')), 'failed');
    expect(error.message).toBe('the Secret Service failed: the disk is full');
  });
});

/** An error of connect(2) or socket(2) on Linux. */
function connectError(code: string): Error {
  return Object.assign(new Error(`connect ${code} /run/user/1000/bus`), { code, syscall: 'connect' });
}

describe('errors while connecting to a bus', () => {
  test.each<[string, ErrorCode]>([
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['EAGAIN', 'timed-out'],
    ['EMFILE', 'failed'],
    ['ENFILE', 'failed'],
    ['ECONNREFUSED', 'no-session-bus'],
    ['ENOENT', 'no-session-bus'],
    ['ENOTSOCK', 'no-session-bus'],
  ])('%s: %s', (errno, code) => {
    const error = connectError(errno);
    const evidence: Evidence = { text: error.message };
    expect(toError(toSecretServiceError(error))).toMatchObject({ code, evidence, cause: error });
    expect(isConnectError(error)).toBe(true);
    expect(isSessionLost(error)).toBe(false);
  });

  test('errors of an open connection are not connect errors', () => {
    for (const code of ['EPIPE', 'ECONNRESET']) {
      const error = Object.assign(new Error(`write ${code}`), { code, syscall: 'write' });
      expect(isConnectError(error)).toBe(false);
      expect(isSessionLost(error)).toBe(true);
      expect(toError(toSecretServiceError(error, 'kwallet'))).toMatchObject({
        code: 'failed',
        message: `the Secret Service failed: write ${code}`,
        evidence: { provider: 'kwallet', text: `write ${code}` },
      });
    }
    expect(isConnectError(new BusError('org.freedesktop.DBus.Error.Disconnected', 'closed'))).toBe(false);
  });
});
