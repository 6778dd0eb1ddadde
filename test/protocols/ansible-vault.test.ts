import { expect, test } from 'vitest';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { ansibleVault } from '../../src/domain/protocols/ansible-vault.ts';
import { Secret } from '../../src/domain/secret.ts';
import { World } from '../app/world.ts';
import { runRequest } from './protocol-client.ts';

const run = (world: World, ...args: readonly string[]) => runRequest(world.context, ansibleVault, args);

async function withPassword(label: string, password: string | Uint8Array): Promise<World> {
  const world = new World();
  const secret = new Secret(Buffer.from(password as string));
  await setCredential(world.context, { service: 'ansible-vault', account: label }, secret, { allowEmpty: true });
  return world;
}

test('[ANS1] prints the password of a vault id, or of the id default', async () => {
  const dev = await withPassword('dev', 'a b');
  for (const args of [['--vault-id', 'dev'], ['--vault-id=dev']]) {
    expect(await run(dev, ...args)).toMatchObject({ stdout: 'a b\n', errors: [], exitCode: 0 });
  }
  expect(await run(await withPassword('default', 'pw'))).toMatchObject({ stdout: 'pw\n', exitCode: 0 });
});

test('[ANS2] exits with 2 only if the vault id is unknown', async () => {
  const world = await withPassword('dev', 'pw');
  expect(await run(world, '--vault-id', 'prod')).toMatchObject({
    stdout: '',
    errors: [{ code: 'not-found', hint: 'store the password: keystow set ansible-vault prod' }],
    exitCode: 2,
  });
  world.unavailable.set('secret-service', 'locked');
  expect(await run(world, '--vault-id', 'dev')).toMatchObject({
    errors: [{ code: 'locked' }],
    exitCode: 1,
  });
  for (const args of [
    ['--vault-id'],
    ['--vault-id='],
    ['--vault-id', ''],
    ['dev'],
    ['--vault-id', 'dev', 'x'],
    ['--vault-id=a', 'b'],
    ['--vault-id', 'a\0'],
  ]) {
    expect(await run(world, ...args)).toMatchObject({ stdout: '', exitCode: 1 });
  }
});

test.each([
  ['is empty', ''],
  ['begins with a line break', '\npw'],
  ['ends with a line break', 'pw\r'],
  ['is not text', Uint8Array.of(0xff)],
])('a password that %s, which Ansible would change, is an error', async (_, password) => {
  expect(await run(await withPassword('dev', password), '--vault-id', 'dev')).toMatchObject({
    stdout: '',
    errors: [{ code: 'failed' }],
  });
});

test('a password of several lines is printed whole', async () => {
  expect((await run(await withPassword('dev', 'a\nb'), '--vault-id', 'dev')).stdout).toBe('a\nb\n');
});

test('a password that has expired is an error', async () => {
  const world = await withPassword('dev', 'pw');
  const [entry] = world.snapshot.placement;
  if (entry === undefined) throw new Error('not recorded');
  world.snapshot = { placement: [{ ...entry, expiresAt: '2026-11-02T00:00:00.000Z' }], state: 'intact' };
  expect(await run(world, '--vault-id', 'dev')).toMatchObject({
    stdout: '',
    errors: [
      {
        code: 'not-found',
        message: 'the password of dev has expired',
        hint: 'store another one: keystow set ansible-vault dev',
      },
    ],
    exitCode: 1,
  });
});
