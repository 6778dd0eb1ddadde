import { beforeEach, describe, expect, test } from 'vitest';
import { aws } from '../../src/domain/protocols/aws.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { errorExitCode, type ProtocolRunOptions, runRequest } from './protocol-client.ts';

const id = 'AKIAIOSFODNN7EXAMPLE';
const keys = { AccessKeyId: id, SecretAccessKey: 's3cret+/key' };
const session = { ...keys, SessionToken: 't0ken==', Expiration: '2027-01-02T03:04:05+00:00' };
const later = '2027-01-02T03:04:05.000Z';

let world: World;
beforeEach(() => {
  world = new World();
});

const run = (args: string, stdin?: ProtocolRunOptions['stdin']) =>
  runRequest(world.context, aws, args.split(' '), { ...(stdin !== undefined && { stdin }) });
const get = async (profile = 'work') => JSON.parse((await run(profile)).stdout);
const failed = (code: string) => ({ stdout: '', exitCode: errorExitCode, errors: [expect.objectContaining({ code })] });

describe('--store', () => {
  test.each([
    ['what credential_process prints', { Version: 1, ...session }],
    ['what aws sts get-session-token and assume-role print', { Credentials: session, AssumedRoleUser: { Arn: 'arn' } }],
  ])('takes %s', async (_, value) => {
    expect(await run('work --store', JSON.stringify(value))).toEqual({ stdout: '', exitCode: 0, errors: [] });
    expect(await get()).toEqual({ Version: 1, ...session, Expiration: later });
    expect(world.snapshot.placement).toMatchObject([{ service: 'aws:work', account: id, expiresAt: later }]);
  });

  test('takes what aws iam create-access-key prints, which does not expire', async () => {
    await run('--store work', JSON.stringify({ AccessKey: { ...keys, UserName: 'alice', Status: 'Active' } }));
    expect(await get()).toEqual({ Version: 1, ...keys });
    expect(world.snapshot.placement).toMatchObject([{ service: 'aws:work', account: id }]);
  });

  test('replaces the previous credentials of the profile', async () => {
    await run('work --store', JSON.stringify(keys));
    await run('other --store', JSON.stringify(keys));
    await run('work --store', JSON.stringify({ ...session, AccessKeyId: 'ASIA2' }));
    expect(world.snapshot.placement.map(({ service, account }) => `${service} ${account}`)).toEqual([
      `aws:other ${id}`,
      'aws:work ASIA2',
    ]);
  });

  test.each([
    ['not JSON', 's3cret'],
    ['cut short', '{"AccessKeyId":"AKIA","SecretAccessKey":"s3cret"'],
    ['a newer version', JSON.stringify({ Version: 2, ...keys })],
    ['a secret that isn’t text', '{"AccessKeyId":"AKIA","SecretAccessKey":["s3cret"]}'],
    ['a line break in a key', JSON.stringify({ ...keys, SecretAccessKey: 's3cret\n' })],
    ['two secrets', '{"AccessKeyId":"AKIA","SecretAccessKey":"s3cret","secretaccesskey":"s3cret2"}'],
    ['an expiry without a time zone', JSON.stringify({ ...session, Expiration: '2027-01-02T03:04:05' })],
    ['an expiry in the past', JSON.stringify({ ...session, Expiration: '2020-01-02T03:04:05Z' })],
  ])('rejects %s, and repeats nothing of it', async (_, text) => {
    const result = await run('work --store', text);
    expect(result).toMatchObject(failed('invalid-input'));
    expect(JSON.stringify([result.errors[0]?.message, result.errors[0]?.hint])).not.toMatch(/s3cret|AKIA[A-Z0-9]/);
    expect(world.calls).toEqual([]);
  });
});

describe('by hand, with keystow set aws:PROFILE KEYID', () => {
  test('the secret is the secret access key, and the account its id', async () => {
    await world.stores['secret-service'].set({ service: 'aws:work', account: id }, textSecret('s3cret+/key'));
    expect(await get()).toEqual({ Version: 1, ...keys });
  });

  test('with --expires, that is the expiration', async () => {
    await world.stores['secret-service'].set({ service: 'aws:work', account: id }, textSecret('s3cret+/key'));
    const entry = { service: 'aws:work', account: id, store: 'secret-service' as const, stale: [], expiresAt: later };
    world.snapshot = { placement: [{ ...entry, writtenAt: '2026-11-03T00:00:00.000Z' }], state: 'intact' };
    expect(await get()).toEqual({ Version: 1, ...keys, Expiration: later });
  });

  test('anything that is neither a key nor JSON is an error', async () => {
    for (const text of ['two\nlines', 'a b', '', '{"AccessKeyId":"AKIA"}', '{']) {
      await world.stores['secret-service'].set({ service: 'aws:work', account: id }, textSecret(text));
      expect(await run('work')).toMatchObject(failed('failed'));
    }
  });
});

test('expired credentials are an error, wherever the expiry is recorded', async () => {
  const past = JSON.stringify({ ...session, Expiration: '2026-11-02T00:00:00Z' });
  await world.stores['secret-service'].set({ service: 'aws:work', account: id }, textSecret(past));
  expect(await run('work')).toMatchObject(failed('not-found'));
  expect((await run('work')).errors[0]?.message).toContain('expired');
});

test('missing credentials are an error with the command that stores some', async () => {
  expect(await run('work')).toMatchObject(failed('not-found'));
  expect((await run('work')).errors[0]?.hint).toBe('store some: keystow helper aws work --store <FILE');
});

test('--erase removes them', async () => {
  await run('work --store', JSON.stringify(keys));
  expect(await run('work --erase')).toEqual({ stdout: '', exitCode: 0, errors: [] });
  expect(await run('work --erase')).toMatchObject(failed('not-found'));
  expect(world.snapshot.placement).toEqual([]);
});

test.each(['', '--store', 'work home', 'work --store --erase', 'work --nope', 'work --toString'])(
  'the arguments %j are rejected',
  async (args) => {
    expect(await run(args)).toMatchObject(failed('invalid-input'));
  },
);
