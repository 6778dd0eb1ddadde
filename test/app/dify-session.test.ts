import { expect, test } from 'vitest';
import { readDifySession } from '../../src/app/sign-in/dify-sign-ins.ts';
import { saveSession } from '../../src/app/sign-in/save-session.ts';
import { World } from './world.ts';

async function signedIn(world: World, subject: string, host = 'cloud.dify.ai'): Promise<void> {
  const tokens = { accessToken: `token of ${subject}` };
  const name = { service: 'difyctl', account: `${subject}@${host}` };
  await saveSession(world.context, name, { kind: 'sign-in', issuer: `https://${host}`, tokens });
  world.calls.length = 0;
}

const tokenOf = async (world: World, host?: string) => {
  const session = await readDifySession(world.context, host);
  return session?.kind === 'sign-in' ? session.tokens.accessToken : undefined;
};

test('the sign-in written last is in use, and nothing but it is asked for', async () => {
  const world = new World();
  await signedIn(world, 'alice');
  await signedIn(world, 'bob', 'dify.example.com');
  expect(await tokenOf(world)).toBe('token of bob');
  expect(world.calls).toEqual(['get secret-service']);
  expect(await tokenOf(world, 'https://cloud.dify.ai')).toBe('token of alice');
});

test('where that was removed by hand, it is the one before', async () => {
  const world = new World();
  await signedIn(world, 'alice');
  await signedIn(world, 'bob');
  await world.stores['secret-service'].delete({ service: 'difyctl', account: 'bob@cloud.dify.ai' });
  expect(await tokenOf(world)).toBe('token of alice');
});

test('where nothing is remembered, it is what the stores list', async () => {
  const world = new World();
  await signedIn(world, 'alice');
  world.snapshot = { placement: [], state: 'absent' };
  expect(await tokenOf(world)).toBe('token of alice');
  expect(await tokenOf(world, 'https://dify.example.com')).toBeUndefined();
});
