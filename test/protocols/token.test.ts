import { expect, test } from 'vitest';
import { token } from '../../src/domain/protocols/token.ts';
import { Secret } from '../../src/domain/secret.ts';
import { World } from '../app/world.ts';
import { errorExitCode, runRequest } from './protocol-client.ts';

const name = { service: 'npm:r.example', account: 'token' };
const run = (world: World, ...args: readonly string[]) => runRequest(world.context, token, args);

async function withToken(secret: string | Uint8Array, expiresAt?: string): Promise<World> {
  const world = new World();
  await world.stores['secret-service'].set(name, new Secret(Buffer.from(secret as string)));
  const entry = {
    ...name,
    store: 'secret-service' as const,
    stale: [],
    writtenAt: '2026-11-01T00:00:00.000Z',
    ...(expiresAt !== undefined && { expiresAt }),
  };
  world.snapshot = { placement: [entry], state: 'intact' };
  return world;
}

test('prints a token and a line break, and nothing else', async () => {
  const reply = await run(await withToken('s3cret'), name.service, name.account);
  expect(reply).toEqual({ stdout: 's3cret\n', errors: [], exitCode: 0 });
});

test('the arguments are a service and an account', async () => {
  const world = await withToken('s3cret');
  for (const args of [[], [name.service], [name.service, name.account, 'x']]) {
    expect(await run(world, ...args)).toMatchObject({
      stdout: '',
      errors: [{ code: 'invalid-input', hint: 'keystow helper token SERVICE ACCOUNT' }],
    });
  }
  expect(await run(world, '', '')).toMatchObject({ stdout: '', errors: [{ code: 'invalid-name' }] });
});

test('no token is an error, and so is one that has expired', async () => {
  expect(await run(new World(), name.service, name.account)).toMatchObject({
    stdout: '',
    errors: [{ code: 'not-found', message: 'credential not found: npm:r.example token' }],
    exitCode: errorExitCode,
  });
  const expired = await withToken('s3cret', '2026-11-02T00:00:00.000Z');
  expect(await run(expired, name.service, name.account)).toMatchObject({
    stdout: '',
    errors: [
      {
        code: 'not-found',
        message: 'npm:r.example token has expired',
        hint: 'store a new token: keystow set SERVICE ACCOUNT',
      },
    ],
  });
});

test.each([['a\nb'], ['a\0'], [Uint8Array.of(0xff)]])(
  'a secret that is not one line is an error: %j',
  async (secret) => {
    const reply = await run(await withToken(secret), name.service, name.account);
    expect(reply).toMatchObject({ stdout: '', errors: [{ code: 'failed' }] });
  },
);
