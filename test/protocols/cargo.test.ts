import { expect, test } from 'vitest';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { cargo } from '../../src/domain/protocols/cargo.ts';
import { Secret } from '../../src/domain/secret.ts';
import { World } from '../app/world.ts';
import { type ProtocolRunOptions, runRequest } from './protocol-client.ts';

const url = 'sparse+https://registry-url/index/';
const registry = { 'index-url': url, name: 'my-registry' };
const name = { service: `cargo:${url}`, account: 'token' };

/** Returns the replies to some requests after the greeting. */
async function converse(world: World, requests: readonly unknown[], options: ProtocolRunOptions = {}) {
  const stdin = requests.map((request) => `${typeof request === 'string' ? request : JSON.stringify(request)}\n`);
  const questions: string[] = [];
  const run = await runRequest(world.context, cargo, ['--cargo-plugin'], { stdin, asked: questions, ...options });
  const [greeting, ...lines] = run.stdout.split('\n');
  expect(greeting).toBe('{"v":[1]}');
  expect(lines.pop()).toBe('');
  expect(run).toMatchObject({ errors: [], exitCode: 0 });
  return { replies: lines.map((line) => JSON.parse(line)), questions };
}

async function reply(world: World, request: unknown, options?: ProtocolRunOptions) {
  const { replies } = await converse(world, [request], options);
  expect(replies).toHaveLength(1);
  return replies[0];
}

async function withToken(token: string): Promise<World> {
  const world = new World();
  await setCredential(world.context, name, new Secret(Buffer.from(token)));
  return world;
}

const login = { v: 1, kind: 'login', registry, token: 'the-token', 'login-url': 'http://registry-url/login', args: [] };
const read = { v: 1, kind: 'get', operation: 'read', registry, args: [] };
const publish = { ...read, operation: 'publish', name: 'sample', vers: '0.1.0', cksum: '…' };
const logout = { v: 1, kind: 'logout', registry };
const found = { Ok: { kind: 'get', token: 'the-token', cache: 'session', operation_independent: true } };
const notFound = { Err: { kind: 'not-found' } };

test('[CAR1] answers the requests of The Cargo Book, one per line, until stdin ends', async () => {
  const world = new World();
  const { replies } = await converse(world, [read, login, read, publish, logout, read, logout]);
  expect(replies).toEqual([
    notFound,
    { Ok: { kind: 'login' } },
    found,
    found,
    { Ok: { kind: 'logout' } },
    notFound,
    notFound,
  ]);
  expect(world.placement).toEqual([]);
});

test('the greeting comes before the first request, and nothing follows it without one', async () => {
  expect((await converse(new World(), [])).replies).toEqual([]);
});

test.each(['yank', 'unyank', 'owners', 'an operation of a later cargo'])(
  'a token is for every operation: %s',
  async (operation) => {
    expect(await reply(await withToken('the-token'), { ...read, operation })).toEqual(found);
  },
);

test('a token belongs to the URL of the index, whatever name a configuration gives it', async () => {
  const world = await withToken('the-token');
  expect(await reply(world, { ...read, registry: { 'index-url': url } })).toEqual(found);
  expect(await reply(world, { ...read, registry: { ...registry, 'index-url': 'sparse+https://evil/index/' } })).toEqual(
    notFound,
  );
});

test('[CAR2] a login without a token asks the user, and names the page that has one', async () => {
  const world = new World();
  const { token, ...withoutToken } = login;
  const { replies, questions } = await converse(world, [withoutToken, read], { answers: [token] });
  expect(replies).toEqual([{ Ok: { kind: 'login' } }, found]);
  expect(questions).toEqual(['Token for my-registry (from http://registry-url/login):']);

  const { questions: shorter } = await converse(new World(), [{ v: 1, kind: 'login', registry: { 'index-url': url } }]);
  expect(shorter).toEqual([`Token for ${url}:`]);
});

test('a login without a token and without a terminal is an error that says how to pass it', async () => {
  const { token, ...withoutToken } = login;
  const { Err } = await reply(new World(), withoutToken);
  expect(Err).toMatchObject({
    kind: 'other',
    message: expect.stringContaining('no terminal'),
    'caused-by': [expect.stringContaining('stdin')],
  });
});

test.each([
  ['no token', '', 'is empty'],
  ['a line break', 'a\nb', 'contains characters'],
  ['a letter that is not ASCII', 'é', 'contains characters'],
])('a token with %s is neither stored nor returned', async (_, token, fault) => {
  const world = new World();
  const { Err } = await reply(world, { ...login, token });
  expect(Err).toMatchObject({ kind: 'other', message: expect.stringContaining(fault) });
  expect(world.placement).toEqual([]);

  await setCredential(world.context, name, new Secret(Buffer.from(token)), { allowEmpty: true });
  expect((await reply(world, read)).Err).toMatchObject({ kind: 'other', message: expect.stringContaining(fault) });
});

test('bytes that are not text are not returned', async () => {
  const world = new World();
  await setCredential(world.context, name, new Secret(Uint8Array.of(0xff)));
  expect((await reply(world, read)).Err).toMatchObject({
    kind: 'other',
    message: expect.stringContaining('not UTF-8'),
  });
});

test('[CAR3] a store that fails is an error, with its advice as the cause, never "not-found"', async () => {
  const world = await withToken('the-token');
  world.unavailable.set('secret-service', 'locked');
  for (const request of [read, logout]) {
    const { Err } = await reply(world, request);
    expect(Err).toMatchObject({ kind: 'other', 'caused-by': [expect.stringMatching(/^hint: /)] });
    expect(Err.message).toContain('Secret Service');
  }
});

test.each([
  ['another version', { ...read, v: 2 }],
  ['no version', { ...read, v: undefined }],
  ['no kind', { ...read, kind: undefined }],
  ['no registry', { ...read, registry: undefined }],
  ['a registry that is a list', { ...read, registry: [] }],
  ['an index URL that isn’t text', { ...read, registry: { 'index-url': 1 } }],
  ['a control character in the index URL', { ...read, registry: { 'index-url': `${url}\u{1b}` } }],
  ['a password in the index URL', { ...read, registry: { 'index-url': 'sparse+https://alice:s3cret@registry-url/' } }],
  ['an index URL without end', { ...read, registry: { 'index-url': url + 'a'.repeat(2000) } }],
  ['arguments', { ...read, args: ['s3cret'] }],
  ['arguments that are no list', { ...read, args: 's3cret' }],
  ['a token that isn’t text', { ...login, token: 5 }],
  ['half of a request', JSON.stringify(login).slice(0, 80)],
  ['two tokens', JSON.stringify(login).replace('{', '{"token":"s3cret",')],
  ['a list', []],
  ['an empty line', ''],
])('a request with %s is rejected without repeating it', async (_, request) => {
  const { Err } = await reply(await withToken('the-token'), request);
  expect(Err.kind).toBe('other');
  expect(JSON.stringify(Err)).not.toMatch(/s3cret|the-token|registry-url/);
});

test.each([
  ['a kind of a later cargo', { ...read, kind: 'rotate' }, 'operation-not-supported'],
  ['an index that isn’t a URL', { ...read, registry: { 'index-url': '/srv/index' } }, 'url-not-supported'],
])('%s is for another provider', async (_, request, kind) => {
  expect(await reply(new World(), request)).toEqual({ Err: { kind } });
});

test('an index that git reads by ssh has a user name', async () => {
  const request = { ...read, registry: { 'index-url': 'ssh://git@registry-url:22/index.git' } };
  expect(await reply(new World(), request)).toEqual(notFound);
});

test('a later request is answered after one that was rejected', async () => {
  const { replies } = await converse(await withToken('the-token'), ['{', read]);
  expect(replies).toEqual([{ Err: { kind: 'other', message: 'the request is not JSON' } }, found]);
});
