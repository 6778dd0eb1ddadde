import { ok } from 'node:assert/strict';
import { classifyResponse } from '../../../src/adapters/sign-in/dify/client.ts';
import { parseDeviceCode, parseDifyTokenSet } from '../../../src/adapters/sign-in/dify/schemas.ts';
import type { HttpResponse } from '../../../src/adapters/sign-in/http.ts';
import { parseTokenResponse, toTokenSet } from '../../../src/adapters/sign-in/oauth/token-response.ts';
import { parseSession, serialiseSession } from '../../../src/domain/sign-in/session.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

const isDeclared = hasCode('sign-in-unreachable', 'sign-in-refused');
const host = 'dify.example.org';

/** What a token endpoint responds: to jsm, and to difyctl. The first line of the input is the status and the header `Retry-After`. */
export const tokenResponse: FuzzTarget = {
  name: 'token-response',
  check(input) {
    const end = Math.max(0, input.indexOf('\n'));
    const [status = '', ...retryAfter] = input
      .toString('latin1', 0, end)
      .replace(/[^ -~]/g, '')
      .split(' ');
    const headers = new Headers({ 'retry-after': retryAfter.join(' ') });
    const response = {
      status: Number.parseInt(status, 10) || 200,
      headers,
      body: Buffer.from(Uint8Array.from(input.subarray(end))),
    };
    checkOAuth(response);
    const classify = () => classifyResponse(response, { host, nowMs: 0, secrets: ['s3cret'] });
    const result = tryParse(classify, isDeclared);
    if (result?.kind === 'retry' || result?.kind === 'error') ok(!((result.retryAfterMs ?? 0) < 0));
    if (result?.kind !== 'fields') return;
    const code = tryParse(() => parseDeviceCode(host, result.fields), isDeclared);
    if (code !== undefined) ok(code.intervalSeconds > 0 && code.expiresInSeconds > code.intervalSeconds);
    const tokens = tryParse(() => parseDifyTokenSet(host, result.fields), isDeclared);
    if (tokens !== undefined) parseSession(serialiseSession({ kind: 'sign-in', issuer: host, tokens }));
  },
};

/** Whatever is in the fields can be stored. */
function checkOAuth(response: HttpResponse): void {
  // fetch returns no other.
  if (response.status < 200 || response.status > 599) return;
  const { fields } = parseTokenResponse(response, { secrets: [] });
  if (fields === undefined) return;
  const tokens = toTokenSet({ fields, claims: undefined, requestedAt: new Date(0).toISOString() }, {}, 'access');
  parseSession(serialiseSession({ kind: 'sign-in', issuer: host, tokens }));
}
