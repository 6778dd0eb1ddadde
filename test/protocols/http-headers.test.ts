import { describe, expect, test } from 'vitest';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { bazel, go, parseRequestUrl } from '../../src/domain/protocols/http-headers.ts';
import { Secret } from '../../src/domain/secret.ts';
import { encodeBase64 } from '../../src/domain/text/encodings.ts';
import { World } from '../app/world.ts';
import { errorExitCode, runRequest } from './protocol-client.ts';

async function withSecret(service: string, account: string, secret: string | Uint8Array): Promise<World> {
  const world = new World();
  await setCredential(world.context, { service, account }, new Secret(Buffer.from(secret as string)), {
    allowEmpty: true,
  });
  return world;
}

const runBazel = (world: World, stdin: string, args = ['get']) => runRequest(world.context, bazel, args, { stdin });
const askBazel = (world: World, uri: string) => runBazel(world, JSON.stringify({ uri }));
const runGo = (world: World, ...args: readonly string[]) => runRequest(world.context, go, args);

describe('bazel', () => {
  test('[BZL1] sends a token to the host that it is stored for, by every protocol that is encrypted', async () => {
    const world = await withSecret('bazel:example.com', 'token', 'jwt');
    const stdout = '{"headers":{"Authorization":["Bearer jwt"]}}\n';
    for (const uri of [
      'grpcs://example.com/com.example.package.Service/Method',
      'https://example.com/rest/endpoint?a=b#c',
      'https://example.com:443',
      'HTTPS://Example.COM/',
    ]) {
      expect(await askBazel(world, uri)).toMatchObject({ stdout, errors: [], exitCode: 0 });
    }
  });

  test('[BZL2] sends nothing to other hosts, to other ports, and without encryption, except to this machine', async () => {
    const world = await withSecret('bazel:example.com', 'token', 'jwt');
    for (const uri of [
      'https://api.example.org/rest/endpoint',
      'https://example.com:8443/',
      'https://example.com.evil.org/',
      'http://example.com/',
      'http://example.com:443/',
      'grpc://example.com/',
    ]) {
      expect(await askBazel(world, uri)).toMatchObject({ stdout: '{"headers":{}}\n', errors: [], exitCode: 0 });
    }
    for (const host of ['localhost:8980', '127.0.0.1:8980', '[::1]:8980']) {
      const local = await withSecret(`bazel:${host}`, 'token', 'jwt');
      expect((await askBazel(local, `grpc://${host}`)).stdout).toContain('Bearer jwt');
    }
  });

  test('accepts a request with more properties', async () => {
    expect(await runBazel(new World(), '{"uri":"https://example.com/","more":[1]}')).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ['nothing', ''],
    ['half of a request', '{"uri":"https://exa'],
    ['a list', '[]'],
    ['no uri', '{}'],
    ['a uri that isn’t text', '{"uri":1}'],
    ['two URIs', '{"uri":"https://a.com/","uri":"https://example.com/"}'],
    ['no URL', '{"uri":"example.com"}'],
    ['another protocol', '{"uri":"ftp://example.com/"}'],
    ['an invalid port', '{"uri":"https://example.com:99999/"}'],
    ['a user', '{"uri":"https://a.com@example.com/"}'],
    ['a backslash', '{"uri":"https://example.com\\\\.a.com/"}'],
    ['a line break', '{"uri":"https://example.com/\\n"}'],
    ['a letter that is not ASCII', '{"uri":"https://exämple.com/"}'],
  ])('rejects %s', async (_, stdin) => {
    const { stdout, errors, exitCode } = await runBazel(await withSecret('bazel:example.com', 'token', 'jwt'), stdin);
    expect({ stdout, errors, exitCode }).toMatchObject({
      stdout: '',
      errors: [{ code: 'invalid-input' }],
      exitCode: 1,
    });
  });

  test.each([[[]], [['store']], [['get', 'more']]])('rejects the arguments %j', async (args) => {
    expect(await runBazel(new World(), '{"uri":"https://example.com/"}', args)).toMatchObject({
      stdout: '',
      exitCode: 1,
    });
  });

  test('[BZL3] a store that fails is an error, never a reply without headers', async () => {
    const world = await withSecret('bazel:example.com', 'token', 'jwt');
    world.unavailable.set('secret-service', 'locked');
    expect(await askBazel(world, 'https://example.com/')).toMatchObject({
      stdout: '',
      errors: [{ code: 'locked' }],
      exitCode: errorExitCode,
    });
  });
});

describe('go', () => {
  test('[GO1] knows nothing until a server has refused a request, and then sends its host’s credential', async () => {
    const world = await withSecret('go:proxy.example.com', 'alice', 'pw');
    expect(await runGo(world)).toMatchObject({ stdout: '', errors: [], exitCode: 0 });
    expect(await runGo(world, 'https://proxy.example.com/mod/@v/list')).toMatchObject({
      stdout: `https://proxy.example.com\n\nAuthorization: Basic ${btoa('alice:pw')}\n\n`,
      errors: [],
      exitCode: 0,
    });
    expect(await runGo(world, 'https://example.com/')).toMatchObject({ stdout: '', errors: [], exitCode: 0 });
  });

  test.each([['http://proxy.example.com/'], ['https://proxy.example.com/', 'more'], [''], ['proxy.example.com']])(
    'rejects %s',
    async (...args) => {
      const world = await withSecret('go:proxy.example.com', 'token', 'pw');
      expect(await runGo(world, ...args)).toMatchObject({
        stdout: '',
        errors: [{ code: 'invalid-input' }],
        exitCode: 1,
      });
    },
  );

  test('[GO2] a store that fails is an error, never an empty reply', async () => {
    const world = await withSecret('go:example.com', 'token', 'pw');
    world.unavailable.set('secret-service', 'locked');
    expect(await runGo(world, 'https://example.com/')).toMatchObject({ stdout: '', errors: [{ code: 'locked' }] });
  });
});

describe('the header', () => {
  const header = async (account: string, secret: string | Uint8Array) => {
    const { stdout, errors } = await runGo(await withSecret('go:a.com', account, secret), 'https://a.com/');
    return errors[0]?.code ?? /Authorization: (.*)/.exec(stdout)?.[1];
  };

  test.each([
    ['token', 'a.b-c', 'Bearer a.b-c'],
    ['token', 'Basic YTpi', 'Basic YTpi'],
    ['token', 'Bearer x', 'Bearer x'],
    ['alice', 'pw', `Basic ${btoa('alice:pw')}`],
    ['alice', 'Bearer x', `Basic ${btoa('alice:Bearer x')}`],
    ['ä', '€:', `Basic ${Buffer.from('ä:€:').toString('base64')}`],
    ['', 'pw', `Basic ${btoa(':pw')}`],
  ])('for the account %j and %j is %s', async (account, secret, expected) => {
    expect(await header(account, secret)).toBe(expected);
  });

  test.each([
    ['a line break', 'token', 'a\nX-Evil: 1'],
    ['a letter that is not ASCII', 'token', 'ä'],
    ['nothing', 'token', ''],
    ['nothing', 'alice', ''],
    ['bytes that are not text', 'token', Uint8Array.of(0xff)],
    ['a line break', 'alice', 'a\nb'],
    ['a colon in the user name', 'a:b', 'pw'],
    ['a line break in the user name', 'a\nb', 'pw'],
  ])('is an error for %s', async (_, account, secret) => {
    expect(await header(account, secret)).toBe('failed');
  });

  test('base64 has the bytes of the text', () => {
    for (const text of ['', 'a', 'ab', 'abc', 'ä€😀', '\0\u00ff'])
      expect(encodeBase64(text)).toBe(Buffer.from(text).toString('base64'));
  });
});

test('a host has no port if it is the default of the scheme', () => {
  expect(parseRequestUrl('https://a.com:0443/').host).toBe('a.com');
  expect(parseRequestUrl('grpcs://a.com:443').host).toBe('a.com');
  expect(parseRequestUrl('http://a.com:80').host).toBe('a.com');
  expect(parseRequestUrl('http://a.com:443').host).toBe('a.com:443');
  expect(parseRequestUrl('https://[::1]:8443/x').host).toBe('[::1]:8443');
});
