import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { clientOf } from './session.ts';
import { startStubProvider } from './stub-provider.ts';
import type { Answer } from './stub-server.ts';

const grant = { accessToken: 'the-access-token', refreshToken: 'the-refresh-token' };

/** What a user is told of it: code, message without the issuer, and hint. */
async function refreshing(answer: Answer, code: ErrorCode) {
  const stub = await startStubProvider({ token: () => answer });
  const { message, hint } = await failure(clientOf(stub).refresh(grant), code);
  return [message.replaceAll(stub.issuer, 'ISSUER'), hint];
}

describe('a refresh that is answered with', () => {
  const again = 'sign in again';
  const check = 'check the client ID, and the client secret where there is one';

  test.each<[string, ErrorCode, string, string | undefined]>([
    ['invalid_grant', 'not-signed-in', 'the sign-in no longer holds: ISSUER says invalid_grant', again],
    ['invalid_client', 'sign-in-refused', 'ISSUER refuses this client: invalid_client', check],
    ['unauthorized_client', 'sign-in-refused', 'ISSUER refuses this client: unauthorized_client', check],
    ['server_error', 'sign-in-unreachable', 'ISSUER refuses the refresh: server_error', undefined],
    [
      'temporarily_unavailable',
      'sign-in-unreachable',
      'ISSUER refuses the refresh: temporarily_unavailable',
      undefined,
    ],
    ['slow_down', 'sign-in-unreachable', 'ISSUER refuses the refresh: slow_down', undefined],
    ['invalid_scope', 'sign-in-refused', 'ISSUER refuses the refresh: invalid_scope', undefined],
  ])('%s is %s', async (error, code, ...told) => {
    expect(await refreshing({ status: 400, body: { error } }, code)).toEqual(told);
  });

  test.each<[string, Answer, string]>([
    ['a sentence', { status: 400, body: { error: 'x', error_description: 'Not today' } }, 'Not today (x)'],
    ['an empty sentence', { status: 400, body: { error: 'x', error_description: '' } }, 'x'],
    ['a sentence that is no text', { status: 400, body: { error: 'x', error_description: 7 } }, 'x'],
  ])('%s', async (_, answer, words) => {
    expect(await refreshing(answer, 'sign-in-refused')).toEqual([`ISSUER refuses the refresh: ${words}`, undefined]);
  });

  test.each<[string, Answer, string]>([
    ['no error', { status: 500, body: {} }, 'it answers with status 500'],
    ['nothing', { status: 204, body: '' }, 'it answers with status 204'],
    ['an address elsewhere', { status: 307, headers: { location: '/' }, body: '' }, 'it answers with status 307'],
    ['no type', { type: '', body: 'x' }, 'it answers something without a type instead of JSON'],
    ['what is not JSON', { body: 'x' }, 'its answer is no JSON that can be read'],
    ['HTML', { type: 'text/html; charset=utf-8', body: 'x' }, 'it answers text/html instead of JSON'],
  ])('%s says so', async (_, answer, what) => {
    const message = `ISSUER does not answer as an OpenID provider should: ${what}`;
    expect(await refreshing(answer, 'sign-in-unreachable')).toEqual([message, undefined]);
  });

  const challenge = (text: string): Answer => ({ status: 401, headers: { 'www-authenticate': text }, body: {} });

  test.each<[string, Answer, string]>([
    [
      'an error',
      challenge('Basic error="unauthorized_client", error_description="unheard of"'),
      'unheard of (unauthorized_client)',
    ],
    ['nothing but a realm', challenge('Basic realm="x"'), 'invalid_client'],
  ])('a challenge with %s refuses the client', async (_, answer, words) => {
    expect(await refreshing(answer, 'sign-in-refused')).toEqual([`ISSUER refuses this client: ${words}`, check]);
  });

  test('a challenge with another status and no error says the status', async () => {
    expect(await refreshing({ ...challenge('Basic realm="x"'), status: 403 }, 'sign-in-unreachable')).toEqual([
      'ISSUER does not answer as an OpenID provider should: it answers with status 403',
      undefined,
    ]);
  });
});
