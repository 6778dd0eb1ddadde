import { expect, test } from 'vitest';
import { readable } from './readable.ts';
import { clientOf } from './session.ts';
import { startStubProvider } from './stub-provider.ts';
import { visit } from './visitor.ts';

test('a second redirect, while the code of the first is exchanged, is told so, and the first counts', async () => {
  let redirect = '';
  let second: Promise<Response> | undefined;
  const stub = await startStubProvider({
    async before(path) {
      if (path !== '/jwks') return;
      second = fetch(redirect);
      await second;
    },
  });
  const shown: Promise<{ text: string }>[] = [];
  const grant = await clientOf(stub).signIn({
    url(address) {
      const asked = new URL(address).searchParams;
      redirect = `${asked.get('redirect_uri')}?state=${asked.get('state')}&code=another`;
      shown.push(visit(address));
    },
  });
  expect(grant.accessToken).toBe(stub.tokens.access_token);
  expect((await shown[0])?.text).toContain('You are signed in');
  const answered = await second;
  expect(answered?.status).toBe(409);
  expect(readable((await answered?.text()) ?? '')).toBe(
    'This sign-in was answered already\nThe first answer counts.\nYou can close this window.',
  );
});
