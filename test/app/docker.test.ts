import { beforeEach, describe, expect, test } from 'vitest';
import { docker, dockerMessages } from '../../src/domain/protocols/docker.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { requireReply } from '../protocols/protocol-client.ts';
import { World } from './world.ts';

const server = 'localhost:5000';
const hub = 'https://index.docker.io/v1/';
const service = 'docker-credential:localhost:5000';
const alice = { ServerURL: server, Username: 'alice', Secret: 's3cret' };
const bob = { ServerURL: server, Username: 'bob', Secret: 's3cret-2' };

let world: World;
beforeEach(() => {
  world = new World();
});

const run = (args: readonly string[], stdin = '') => requireReply(world.context, docker, args, { stdin });
const store = (login: typeof alice) => run(['store'], JSON.stringify(login));
const erase = (url: string) => run(['erase'], url);
const list = async () => JSON.parse(await run(['list']));

async function get(url: string): Promise<unknown> {
  const stdout = await run(['get'], url);
  return stdout === `${dockerMessages.notFound}\n` ? undefined : JSON.parse(stdout);
}

describe('a login', () => {
  test('[APP8] is returned for exactly its registry, and for no other', async () => {
    await store(alice);
    world.calls.length = 0;
    expect(await get(server)).toEqual(alice);
    expect(world.calls).toEqual(['get secret-service']);
    for (const other of [hub, 'localhost', 'localhost:5001', `https://${server}`, 'LOCALHOST:5000']) {
      expect(await get(other)).toBeUndefined();
    }
  });

  test('can be an identity token, or any text', async () => {
    for (const Secret of ['ü🔑\n"', '\ufeffs3cret']) {
      await store({ ServerURL: hub, Username: '<token>', Secret });
      expect(await get(hub)).toEqual({ ServerURL: hub, Username: '<token>', Secret });
    }
  });

  test('with an empty secret is rejected, and the previous one stays, unless empty secrets are allowed', async () => {
    await store(alice);
    for (const Username of ['alice', 'bob']) await failure(store({ ...alice, Username, Secret: '' }), 'invalid-input');
    expect(await get(server)).toEqual(alice);
    await run(['--allow-empty', 'store'], JSON.stringify({ ...alice, Secret: '' }));
    expect(await get(server)).toEqual({ ...alice, Secret: '' });
  });

  test('replaces the previous one', async () => {
    await store(alice);
    await store(bob);
    expect(await get(server)).toEqual(bob);
    expect(await list()).toEqual({ [server]: 'bob' });
    await store({ ...bob, Secret: 's3cret-3' });
    expect(await get(server)).toMatchObject({ Secret: 's3cret-3' });
    await erase(server);
    expect(await get(server)).toBeUndefined();
  });

  test('is returned even if the previous one cannot be removed, which is a warning', async () => {
    await store(alice);
    world.unavailable.set('secret-service', 'locked');
    await store(bob);
    expect(world.warnings).toContainEqual(expect.stringContaining('locked'));
    expect(await get(server)).toEqual(bob);
    world.unavailable.clear();
    expect(await get(server)).toEqual(bob);
    expect(await list()).toEqual({ [server]: 'bob' });
    await erase(server);
    expect(await list()).toEqual({});
  });

  test('is found if it is not recorded', async () => {
    await store(alice);
    world.snapshot = { placement: [], state: 'absent' };
    expect(await get(server)).toEqual(alice);
    expect(await list()).toEqual({ [server]: 'alice' });
    await erase(server);
    expect(await get(server)).toBeUndefined();
  });

  test('that is not UTF-8 text is an error', async () => {
    await world.stores['secret-service'].set({ service, account: 'alice' }, new Secret(Buffer.from([0xff])));
    await failure(get(server), 'failed');
  });
});

describe('the list', () => {
  test('has every registry with its user, and no other credentials', async () => {
    await store(alice);
    await store({ ServerURL: hub, Username: '<token>', Secret: 's3cret' });
    await world.stores.file.set({ service: 'demo', account: 'alice' }, new Secret(Buffer.from('s3cret')));
    expect(await list()).toEqual({ [server]: 'alice', [hub]: '<token>' });
  });

  test('is empty without a login', async () => {
    expect(await list()).toEqual({});
  });
});

describe('a failure is never reported as "no credentials"', () => {
  test('if the recorded store is unavailable', async () => {
    await store(alice);
    world.unavailable.set('secret-service', 'locked');
    await failure(get(server), 'locked');
    await failure(erase(server), 'locked');
  });

  test('if nothing is recorded, and a store is unavailable', async () => {
    world.unavailable.set('secret-service', 'locked');
    await failure(get(server), 'locked');
    await failure(erase(server), 'locked');
    await failure(list(), 'locked');
  });
});

test('erasing a login that does not exist succeeds', async () => {
  await erase(server);
});
