import { beforeEach, describe, expect, test } from 'vitest';
import { kubernetes } from '../../src/domain/protocols/kubernetes.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { errorExitCode, type ProtocolRunOptions, runRequest } from './protocol-client.ts';

const apiVersion = 'client.authentication.k8s.io/v1';
const info = (version = apiVersion, spec: object = { interactive: false }) =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion: version, spec });
const pem = (label: string, content = 'czNjcmV0') => `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`;
const certificate = pem('CERTIFICATE');
const key = pem('EC PRIVATE KEY');

let world: World;
beforeEach(() => {
  world = new World();
});

const run = (args: string, options: ProtocolRunOptions = {}) =>
  runRequest(world.context, kubernetes, args.split(' '), {
    environment: { KUBERNETES_EXEC_INFO: info() },
    ...options,
  });
const store = (stdin: string) => run('robot --store', { stdin });
const get = async (options?: ProtocolRunOptions) => JSON.parse((await run('robot', options)).stdout);
const failed = (code: string) => ({ stdout: '', exitCode: errorExitCode, errors: [expect.objectContaining({ code })] });

describe('an ExecCredential', () => {
  test.each([apiVersion, 'client.authentication.k8s.io/v1beta1'])(
    'is of the version that was asked for: %s',
    async (version) => {
      await store('s3cret\n');
      const environment = { KUBERNETES_EXEC_INFO: info(version) };
      expect(await get({ environment })).toEqual({
        apiVersion: version,
        kind: 'ExecCredential',
        status: { token: 's3cret' },
      });
    },
  );

  test('without a client is of version 1', async () => {
    await store('s3cret');
    expect(await get({ environment: {} })).toMatchObject({ apiVersion });
  });

  test.each([
    ['another version', info('client.authentication.k8s.io/v2')],
    ['cut short', info().slice(0, -1)],
    ['of another kind', JSON.stringify({ apiVersion, kind: 'Pod' })],
    ['ambiguous', `{"apiVersion":"${apiVersion}","kind":"ExecCredential","Kind":"Pod"}`],
  ])('for a request that is %s is an error', async (_, KUBERNETES_EXEC_INFO) => {
    await store('s3cret');
    expect(await run('robot', { environment: { KUBERNETES_EXEC_INFO } })).toMatchObject(failed('invalid-input'));
  });
});

describe('--store', () => {
  test('takes a token', async () => {
    await store('s3cret\n');
    expect(world.snapshot.placement).toMatchObject([{ service: 'kubernetes:robot', account: 'token' }]);
    expect(await get()).toMatchObject({ status: { token: 's3cret' } });
    const secret = await world.stores['secret-service'].get({ service: 'kubernetes:robot', account: 'token' });
    expect(Buffer.from(secret?.expose() ?? []).toString()).toBe('s3cret');
  });

  test.each([
    ['the certificate first', certificate + key],
    ['the key first', key + certificate],
    ['with line ends of Windows', (certificate + key).replaceAll('\n', '\r\n')],
  ])('takes a client certificate with its key, %s, and replaces the token', async (_, text) => {
    await store('s3cret');
    await store(text);
    expect(world.snapshot.placement).toMatchObject([{ service: 'kubernetes:robot', account: 'certificate' }]);
    expect(await get()).toMatchObject({ status: { clientCertificateData: certificate, clientKeyData: key } });
  });

  test('takes what another plugin prints, with its expiry', async () => {
    const status = { token: 's3cret', expirationTimestamp: '2027-01-02T03:04:05Z' };
    await store(JSON.stringify({ apiVersion, kind: 'ExecCredential', status }));
    expect(await get()).toMatchObject({ status });
    expect(world.snapshot.placement).toMatchObject([{ expiresAt: '2027-01-02T03:04:05.000Z' }]);
  });

  test.each([
    ['nothing', ''],
    ['two words', 's3cret s3cret'],
    ['a control character', 's3c\u001bret'],
    ['a certificate without its key', certificate],
    ['a certificate with two keys', certificate + key + key],
    ['a certificate that is cut short', (certificate + key).slice(0, -5)],
    ['JSON without a credential', '{"status":{}}'],
    ['a key without its certificate', JSON.stringify({ clientKeyData: key })],
    ['two tokens', '{"token":"s3cret","token":"s3cret2"}'],
    ['a newer version', JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v2', status: { token: 's3cret' } })],
    ['an expired token', JSON.stringify({ token: 's3cret', expirationTimestamp: '2020-01-01T00:00:00Z' })],
  ])('rejects %s, and repeats nothing of it', async (_, text) => {
    const result = await store(text);
    expect(result).toMatchObject(failed('invalid-input'));
    expect(JSON.stringify([result.errors[0]?.message, result.errors[0]?.hint])).not.toContain('s3c');
    expect(world.calls).toEqual([]);
  });
});

test('a token that keystow set stored under any account is used, and its --expires passed on', async () => {
  const entry = { service: 'kubernetes:robot', account: 'mine', store: 'secret-service' as const, stale: [] };
  await world.stores['secret-service'].set(entry, textSecret('s3cret'));
  const times = { writtenAt: '2026-11-03T00:00:00.000Z', expiresAt: '2027-01-02T03:04:05.678Z' };
  world.snapshot = { placement: [{ ...entry, ...times }], state: 'intact' };
  expect(await get()).toMatchObject({ status: { token: 's3cret', expirationTimestamp: '2027-01-02T03:04:05Z' } });
});

test('no credential and an expired one are errors', async () => {
  expect(await run('robot')).toMatchObject(failed('not-found'));
  const name = { service: 'kubernetes:robot', account: 'token' };
  const old = JSON.stringify({ token: 's3cret', expirationTimestamp: '2026-11-02T00:00:00Z' });
  await world.stores['secret-service'].set(name, textSecret(old));
  expect(await run('robot')).toMatchObject(failed('not-found'));
  expect((await run('robot')).errors[0]?.message).toContain('has expired');
});

test('--erase removes it', async () => {
  await store('s3cret');
  expect(await run('robot --erase')).toEqual({ stdout: '', exitCode: 0, errors: [] });
  expect(await run('robot --erase')).toMatchObject(failed('not-found'));
});

test.each([
  [info(), false],
  [info(apiVersion, { interactive: true }), true],
  ['{', true],
  ['', true],
])('a store may prompt, unless the client says that it is not interactive: %s', (KUBERNETES_EXEC_INFO, expected) => {
  const request = { args: ['robot'], text: '', isTerminal: false, isRepeated: false, nowMs: 0, sha256: String };
  expect(kubernetes.isInteractive?.({ ...request, variables: { KUBERNETES_EXEC_INFO } })).toBe(expected);
});
