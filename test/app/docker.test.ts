import { beforeEach, describe, expect, test } from 'vitest';
import { eraseForDocker, getForDocker, listForDocker, storeForDocker } from '../../src/app/protocols/docker.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
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

const store = (login: typeof alice) => storeForDocker(world.context, login);
const get = (url: string) => getForDocker(world.context, url);
const erase = (url: string) => eraseForDocker(world.context, url);
const list = () => listForDocker(world.context);

describe('a login', () => {
  test('[APP8] is given for its registry, to the letter, and for no other', async () => {
    await store(alice);
    world.calls.length = 0;
    expect(await get(server)).toEqual(alice);
    expect(world.calls).toEqual(['get secret-service']);
    for (const other of [hub, 'localhost', 'localhost:5001', `https://${server}`, 'LOCALHOST:5000']) {
      expect(await get(other)).toBeUndefined();
    }
  });

  test('may be an identity token, an empty secret, or text of any kind', async () => {
    for (const Secret of ['', 'ü🔑\n"', '\ufeffs3cret']) {
      await store({ ServerURL: hub, Username: '<token>', Secret });
      expect(await get(hub)).toEqual({ ServerURL: hub, Username: '<token>', Secret });
    }
  });

  test('takes the place of the one before it', async () => {
    await store(alice);
    await store(bob);
    expect(await get(server)).toEqual(bob);
    expect(await list()).toEqual({ [server]: 'bob' });
    await store({ ...bob, Secret: 's3cret-3' });
    expect(await get(server)).toMatchObject({ Secret: 's3cret-3' });
    await erase(server);
    expect(await get(server)).toBeUndefined();
  });

  test('is what is given even where the one before cannot be removed, which is said', async () => {
    await store(alice);
    world.broken.set('secret-service', 'locked');
    await store(bob);
    expect(world.warnings).toContainEqual(expect.stringMatching(/^the login of alice before stays: .*is locked/));
    expect(await get(server)).toEqual(bob);
    world.broken.clear();
    expect(await get(server)).toEqual(bob);
    expect(await list()).toEqual({ [server]: 'bob' });
    await erase(server);
    expect(await list()).toEqual({});
  });

  test('is found where nothing is remembered', async () => {
    await store(alice);
    world.remembered = { placement: [], state: 'absent' };
    expect(await get(server)).toEqual(alice);
    expect(await list()).toEqual({ [server]: 'alice' });
    await erase(server);
    expect(await get(server)).toBeUndefined();
  });

  test('that is no text is an error, not a login', async () => {
    await world.stores['secret-service'].set({ service, account: 'alice' }, new Secret(Buffer.from([0xff])));
    const { message, hint } = await failure(get(server), 'failed');
    expect([message, hint]).toEqual(['what is stored as the login is not text', 'log in again']);
  });
});

describe('the list', () => {
  test('has every registry with its user, and nothing else that is kept', async () => {
    await store(alice);
    await store({ ServerURL: hub, Username: '<token>', Secret: 's3cret' });
    await world.stores.file.set({ service: 'demo', account: 'alice' }, new Secret(Buffer.from('s3cret')));
    expect(await list()).toEqual({ [server]: 'alice', [hub]: '<token>' });
  });

  test('is empty where there is no login', async () => {
    expect(await list()).toEqual({});
  });
});

describe('a failure is never read as "no credentials"', () => {
  test('of the store that is remembered', async () => {
    await store(alice);
    world.broken.set('secret-service', 'locked');
    const { message } = await failure(get(server), 'locked');
    expect(message).toMatch(/^docker-credential:localhost:5000 alice was stored in the Secret Service on /);
    await failure(erase(server), 'locked');
  });

  test('of a store that may have it, where nothing is remembered', async () => {
    world.broken.set('secret-service', 'locked');
    await failure(get(server), 'locked');
    await failure(erase(server), 'locked');
    await failure(list(), 'locked');
  });
});

test('an erase of what was never there is done already', async () => {
  await erase(server);
});
