import { expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { terraform, toTerraformHost } from '../../src/domain/protocols/terraform.ts';
import { Secret } from '../../src/domain/secret.ts';
import { World } from '../app/world.ts';
import { errorExitCode, runRequest } from './protocol-client.ts';

const host = 'app.terraform.io';
const name = { service: `terraform:${host}`, account: 'token' };

const run = (world: World, args: readonly string[], stdin?: string) =>
  runRequest(world.context, terraform, args, stdin === undefined ? {} : { stdin });

async function readStored(world: World): Promise<string | undefined> {
  const secret = await getCredential(world.context, name);
  return secret && Buffer.from(secret.expose()).toString();
}

const done = { stdout: '', errors: [], exitCode: 0 };
const nothing = { ...done, stdout: '{}\n' };

test('[TF1] stores, gets and forgets the credentials of a host', async () => {
  const world = new World();
  expect(await run(world, ['get', host])).toMatchObject(nothing);
  expect(await run(world, ['store', host], '{"token":"secret"}')).toMatchObject(done);
  expect(await readStored(world)).toBe('secret');
  expect(await run(world, ['get', host])).toMatchObject({ ...done, stdout: '{"token":"secret"}\n' });
  expect(await run(world, ['get', 'APP.terraform.io:443'])).toMatchObject({ ...done, stdout: '{"token":"secret"}\n' });
  expect(await run(world, ['get', 'app.terraform.io:8443'])).toMatchObject(nothing);
  expect(await run(world, ['forget', host])).toMatchObject(done);
  expect(await run(world, ['get', host])).toMatchObject(nothing);
  expect(await run(world, ['forget', host])).toMatchObject(done);
});

test.each([
  '{"token":"a","more":{"b":[1]}}',
  '{"client_certificate":"…"}',
  '{"token":5}',
  '{"token":"{\\"token\\":1}"}',
])('returns an object as it was stored: %s', async (credentials) => {
  const world = new World();
  expect(await run(world, ['store', host], credentials)).toMatchObject(done);
  const { stdout } = await run(world, ['get', host]);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(credentials));
});

test('returns a token that a user has stored by hand, whatever is in it', async () => {
  for (const token of ['a.b.c', '"quoted"', '5', '[1]', 'null']) {
    const world = new World();
    await setCredential(world.context, name, new Secret(Buffer.from(token)));
    expect(JSON.parse((await run(world, ['get', host])).stdout)).toEqual({ token });
  }
});

test.each([
  ['no JSON', 's3cret'],
  ['half of an object', '{"token":"s3cret"'],
  ['a list', '["s3cret"]'],
  ['two tokens', '{"token":"s3cret","token":"s3cret 2"}'],
  ['two tokens, for some programs', '{"token":"s3cret","Token":"s3cret 2"}'],
  ['an empty token', '{"token":""}'],
  ['an empty object', '{}'],
  ['nothing', ''],
  ['more than a megabyte', `{"token":"s3cret","more":"${'x'.repeat(1024 * 1024)}"}`],
])('rejects %s on stdin, and stores nothing', async (_, stdin) => {
  const world = new World();
  const { errors, exitCode } = await run(world, ['store', host], stdin);
  expect(errors).toEqual([expect.objectContaining({ code: 'invalid-input' })]);
  expect(String(errors[0])).not.toContain('s3cret');
  expect(exitCode).toBe(1);
  expect(world.placement).toEqual([]);
});

test.each([[[]], [['get']], [['get', host, 'more']], [['list', host]], [['get', '']]])(
  'rejects the arguments %j with exit code 1',
  async (args) => {
    expect(await run(new World(), args)).toMatchObject({
      stdout: '',
      errors: [{ code: 'invalid-input' }],
      exitCode: 1,
    });
  },
);

test('[TF2] a store that fails is an error, never an empty object', async () => {
  const world = new World();
  await run(world, ['store', host], '{"token":"secret"}');
  world.unavailable.set('secret-service', 'locked');
  for (const verb of ['get', 'forget']) {
    expect(await run(world, [verb, host])).toMatchObject({
      stdout: '',
      errors: [{ code: 'locked' }],
      exitCode: errorExitCode,
    });
  }
});

test('bytes that are not text are an error', async () => {
  const world = new World();
  await setCredential(world.context, name, new Secret(Uint8Array.of(0xff)));
  expect(await run(world, ['get', host])).toMatchObject({ stdout: '', errors: [{ code: 'failed' }] });
});

// terraform-svchost, svchost_test.go. Terraform passes IDN as xn--….
test.each([
  ['example.com', 'example.com'],
  ['example.com:443', 'example.com'],
  ['example.com:81', 'example.com:81'],
  ['example.com:081', 'example.com:81'],
  ['invalid', 'invalid'],
  ['localhost', 'localhost'],
  ['localhost:1211', 'localhost:1211'],
  ['HashiCorp.com', 'hashicorp.com'],
  ['1example.com', '1example.com'],
  ['xn--80akhbyknj4f.com', 'xn--80akhbyknj4f.com'],
  ['xn--mnchen-3ya.de:8080', 'xn--mnchen-3ya.de:8080'],
  ['http:80', 'http:80'],
  ['example.com.', 'example.com.'],
])('the host %s is %s', (given, expected) => {
  expect(toTerraformHost(given)).toBe(expected);
});

test.each([
  '',
  ':80',
  'blah..blah',
  'example.com:boo',
  'example.com:80:boo',
  'example.com:9999999',
  'example.com:65536',
  'example.com:',
  'https://example.com',
  'https://example.com:80',
  'münchen.de',
  'a_b.com',
  '-a.com',
  'a b',
  'a/b',
  'alice@example.com',
  'a\u0000',
  '.',
  '.com',
])('%j isn’t a host', (given) => {
  expect(() => toTerraformHost(given)).toThrow('the host is not valid');
});
