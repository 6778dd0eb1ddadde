import { beforeEach, describe, expect, test } from 'vitest';
import { deleteCredential } from '../../src/app/credentials/delete-credential.ts';
import { git } from '../../src/domain/protocols/git.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { requireReply } from '../protocols/protocol-client.ts';
import { World } from './world.ts';

const github = 'protocol=https\nhost=github.com\n';
const service = 'git-credential:https://github.com';

let world: World;
beforeEach(() => {
  world = new World();
});

const store = (text: string) => requireReply(world.context, git, ['store'], { stdin: text });
const erase = (text: string) => requireReply(world.context, git, ['erase'], { stdin: text });
const get = (text: string) => requireReply(world.context, git, ['get'], { stdin: text });

async function storedNames(): Promise<string[]> {
  const names = await Promise.all(Object.values(world.stores).map((store) => store.list()));
  return names.flat().map(({ service, account }) => `${service} ${account}`);
}

describe('what git stores', () => {
  test('is returned for the same host and protocol, and for no other', async () => {
    await store(`${github}username=alice\npassword=s3cret\n`);
    expect(await storedNames()).toEqual([`${service} alice`]);
    expect(await get(github)).toBe('username=alice\npassword=s3cret\n');
    expect(await get(`${github}username=alice\n`)).toBe('username=alice\npassword=s3cret\n');
    expect(await get(`${github}username=bob\n`)).toBe('');
    expect(await get('protocol=http\nhost=github.com\n')).toBe('');
    expect(await get('protocol=https\nhost=github.com:8443\n')).toBe('');
    expect(await get('protocol=https\nhost=example.com\n')).toBe('');
  });

  test('for a path is returned for that path only, and for a host only without a path', async () => {
    await store(`${github}path=a.git\nusername=alice\npassword=a\n`);
    expect(await get(`${github}path=a.git\n`)).toBe('username=alice\npassword=a\n');
    expect(await get(`${github}path=b.git\n`)).toBe('');
    expect(await get(github)).toBe('');
    await store(`${github}username=alice\npassword=host\n`);
    expect(await get(github)).toBe('username=alice\npassword=host\n');
    expect(await get(`${github}path=a.git\n`)).toBe('username=alice\npassword=a\n');
  });

  test('keeps every byte of the password, whatever its encoding', async () => {
    const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join('');
    const password = bytes.replace(/[\r\n]/g, '');
    await store(`${github}username=alice\npassword=${password}\n`);
    expect(await get(github)).toBe(`username=alice\npassword=${password}\n`);
    const secret = await world.stores['secret-service'].get({ service, account: 'alice' });
    expect(Buffer.from(secret?.expose() ?? []).toString('latin1')).toBe(password);
  });

  test('replaces everything that was stored for that user', async () => {
    await store(`${github}username=alice\npassword=old\npassword_expiry_utc=9999999999\noauth_refresh_token=r\n`);
    expect(await get(github)).toBe(
      'username=alice\npassword=old\npassword_expiry_utc=9999999999\noauth_refresh_token=r\n',
    );
    await store(`${github}username=alice\npassword=new\n`);
    expect(await get(github)).toBe('username=alice\npassword=new\n');
  });

  test('is not stored if it is ephemeral', async () => {
    await store(`${github}capability[]=authtype\nauthtype=Digest\ncredential=n\nephemeral=1\n`);
    await store(`${github}username=alice\npassword=s3cret\nephemeral=true\n`);
    expect(world.calls).toEqual([]);
    expect(await storedNames()).toEqual([]);
  });

  test.each([
    'username=alice\n',
    'password=s3cret\n',
    'credential=token\n',
    'credential=token\nusername=alice\npassword=s3cret\n',
    'authtype=Bearer\n',
  ])('is rejected if it is incomplete: %j', async (half) => {
    await failure(store(github + half), 'invalid-input');
    expect(world.calls).toEqual([]);
  });

  test('is not written again if it is already stored, and no store is selected for it', async () => {
    await store(`${github}username=alice\npassword=s3cret\npassword_expiry_utc=9999999999\n`);
    world.calls.length = 0;
    // As a git that does not know about expiry sends it.
    await store(`${github}username=alice\npassword=s3cret\n`);
    await store(`${github}username=alice\npassword=s3cret\npassword_expiry_utc=9999999999\n`);
    expect(world.calls).toEqual(['get secret-service', 'get secret-service']);
    expect(await get(github)).toContain('password_expiry_utc');
    await store(`${github}username=alice\npassword=s3cret\npassword_expiry_utc=9999999998\n`);
    expect(await get(github)).toContain('password_expiry_utc=9999999998');
  });

  test('with an empty password or credential is rejected, and the stored one stays, unless they are allowed', async () => {
    const empty = ['password=\n', 'authtype=Bearer\ncredential=\n', 'password=\npassword_expiry_utc=9999999999\n'];
    for (const half of empty) await failure(store(`${github}username=alice\n${half}`), 'invalid-input');
    await store(`${github}username=alice\npassword=s3cret\n`);
    for (const half of empty) await failure(store(`${github}username=alice\n${half}`), 'invalid-input');
    expect(await get(github)).toBe('username=alice\npassword=s3cret\n');
    const request = `${github}username=alice\npassword=\n`;
    await requireReply(world.context, git, ['--allow-empty', 'store'], { stdin: request });
    expect(await get(github)).toBe('username=alice\npassword=\n');
    // git sends it again each time it works.
    await store(request);
  });

  test('can have an empty user name and an empty password, unless a password is stored for that user', async () => {
    await store(`${github}username=\npassword=\n`);
    expect(await get(github)).toBe('username=\npassword=\n');
    await store(`${github}username=\npassword=s3cret\n`);
    await failure(store(`${github}username=\npassword=\n`), 'invalid-input');
    expect(await get(github)).toBe('username=\npassword=s3cret\n');
  });

  test.each([
    ['the same password', 'password=old\n'],
    ['another password', 'password=new\n'],
    ['the same password with a later expiry', 'password=old\npassword_expiry_utc=9999999999\n'],
    ['a pre-encoded credential', 'authtype=Bearer\ncredential=new\n'],
  ])('replaces an expired password: %s', async (_, fresh) => {
    await store(`${github}username=alice\npassword=old\npassword_expiry_utc=1\noauth_refresh_token=r\n`);
    expect(await get(github)).toBe('username=alice\noauth_refresh_token=r\n');
    await store(`${github}username=alice\n${fresh}`);
    const stored = await get(`capability[]=authtype\n${github}`);
    expect(stored.replace('capability[]=authtype\n', '').replace('username=alice\n', '')).toBe(fresh);
    // A git that doesn't know the new one yet reports the old one as rejected.
    await erase(`${github}username=alice\npassword=older\npassword_expiry_utc=1\n`);
    expect(await get(`capability[]=authtype\n${github}`)).toBe(stored);
  });

  test('is written to another store if the stored one cannot be read', async () => {
    await store(`${github}username=alice\npassword=old\n`);
    world.unavailable.set('secret-service', 'locked');
    await store(`${github}username=alice\npassword=new\n`);
    expect(await get(github)).toBe('username=alice\npassword=new\n');
    expect(world.warnings).toEqual([expect.stringMatching(/^OS keyring not used: .*locked/)]);
  });

  test('[APP15] opens no store if git sends back our state, and the credential is unchanged', async () => {
    const state = `capability[]=state\n${github}`;
    await store(`${github}username=alice\npassword=s3cret\n`);
    const given = await get(state);
    expect(given).toMatch(
      /^capability\[\]=state\nusername=alice\npassword=s3cret\nstate\[\]=keystow\.given=[0-9a-f]{64}\n$/,
    );
    expect(given.slice(given.indexOf('state[]='))).not.toContain('s3cret');
    world.calls.length = 0;
    await store(state + given);
    expect(world.calls).toEqual([]);
    await store(state + given.replace('s3cret', 'changed'));
    expect(await get(github)).toBe('username=alice\npassword=changed\n');
    world.calls.length = 0;
    await store(`${state}username=alice\npassword=changed\nstate[]=other.given=1\n`);
    expect(world.calls).toEqual(['get secret-service']);
  });
});

describe('several users of a host', () => {
  beforeEach(async () => {
    await store(`${github}username=bob\npassword=b\n`);
    await store(`${github}username=alice\npassword=a\n`);
  });

  test('each have a password, and the one stored last is returned first', async () => {
    expect(await get(`${github}username=bob\n`)).toBe('username=bob\npassword=b\n');
    expect(await get(github)).toBe('username=alice\npassword=a\n');
    await store(`${github}username=bob\npassword=b2\n`);
    expect(await get(github)).toBe('username=bob\npassword=b2\n');
  });

  test('without a name get the newest password that is not expired, and only that one is read', async () => {
    world.calls.length = 0;
    await get(github);
    expect(world.calls).toEqual(['get secret-service']);
    await store(`${github}username=alice\npassword=a\npassword_expiry_utc=1\noauth_refresh_token=r\n`);
    expect(await get(github)).toBe('username=bob\npassword=b\n');
    await erase(`${github}username=bob\n`);
    expect(await get(github)).toBe('username=alice\noauth_refresh_token=r\n');
  });

  test('get the previous password if another program deleted the newest one', async () => {
    await world.stores['secret-service'].delete({ service, account: 'alice' });
    expect(await get(github)).toBe('username=bob\npassword=b\n');
  });

  test('are all found if none is recorded', async () => {
    world.snapshot = { placement: [], state: 'absent' };
    expect(await get(github)).toBe('username=alice\npassword=a\n');
    await erase(github);
    expect(await storedNames()).toEqual([]);
  });

  test('are erased one by one if the request names one', async () => {
    await erase(`${github}username=bob\n`);
    expect(await storedNames()).toEqual([`${service} alice`]);
  });

  test('are all erased if the request names none', async () => {
    await erase(github);
    expect(await storedNames()).toEqual([]);
  });
});

describe('an erase', () => {
  test('keeps a password that differs from the rejected one', async () => {
    await store(`${github}username=alice\npassword=better\n`);
    await erase(`${github}username=alice\npassword=wrong\n`);
    await erase(`${github}password=wrong\n`);
    expect(await get(github)).toBe('username=alice\npassword=better\n');
    await erase(`${github}username=alice\npassword=better\n`);
    expect(await storedNames()).toEqual([]);
  });

  test('keeps a pre-encoded credential that differs from the rejected one', async () => {
    const recent = `capability[]=authtype\n${github}`;
    await store(`${recent}authtype=Bearer\ncredential=better\n`);
    await erase(`${recent}authtype=Bearer\ncredential=wrong\n`);
    expect(await get(recent)).toBe('capability[]=authtype\nauthtype=Bearer\ncredential=better\n');
    await erase(`${recent}authtype=Bearer\ncredential=better\n`);
    expect(await storedNames()).toEqual([]);
  });

  test('keeps those of other hosts, ports, protocols and paths', async () => {
    const others = ['protocol=http\nhost=github.com\n', 'protocol=https\nhost=github.com:8443\n', `${github}path=a\n`];
    for (const place of [github, ...others]) await store(`${place}username=alice\npassword=s3cret\n`);
    await erase(github);
    expect(await get(github)).toBe('');
    for (const place of others) expect(await get(place)).toBe('username=alice\npassword=s3cret\n');
  });

  test('of a credential that does not exist succeeds', async () => {
    await erase(`${github}username=alice\npassword=s3cret\n`);
    await erase(github);
  });
});

describe('a failure is never reported as "no credentials"', () => {
  test('if the recorded store is unavailable', async () => {
    await store(`${github}username=alice\npassword=s3cret\n`);
    world.unavailable.set('secret-service', 'locked');
    for (const request of [github, `${github}username=alice\n`]) {
      await failure(get(request), 'locked');
      await failure(erase(request), 'locked');
    }
  });

  test('if nothing is recorded, and a store is unavailable', async () => {
    world.unavailable.set('secret-service', 'locked');
    await failure(get(github), 'locked');
    await failure(get(`${github}username=alice\n`), 'locked');
    await failure(erase(github), 'locked');
  });

  test('but a store that the machine does not have counts as empty', async () => {
    world.unavailable.set('secret-service', 'no-session-bus');
    expect(await get(github)).toBe('');
    await erase(github);
  });

  test('and a recorded credential is found if another store is unavailable', async () => {
    world.policy.preference = 'file';
    await store(`${github}username=alice\npassword=s3cret\n`);
    world.policy.preference = 'auto';
    world.unavailable.set('secret-service', 'locked');
    expect(await get(github)).toBe('username=alice\npassword=s3cret\n');
  });
});

test('a credential that another program stored under such a name is used', async () => {
  const name = { service, account: 'alice' };
  await world.stores['secret-service'].set(name, new Secret(Buffer.from('s3cret\n')));
  expect(await get(github)).toBe('username=alice\npassword=s3cret\n');
  expect(await deleteCredential(world.context, name)).toEqual(['secret-service']);
  expect(await get(github)).toBe('');
});

test('contradictory settings are rejected', async () => {
  world.policy = { preference: 'keychain', keyringDisabled: true };
  await failure(get(github), 'contradictory-settings');
});
