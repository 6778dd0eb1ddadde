import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingChromium, startChromium } from '../support/browser.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { addressIn, jsmAt } from './jsm-login.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox({ JSM_SEAL: 'home' });
});
afterEach(() => sandbox.remove());

describeStore('jsm login in Chromium', 'chromium', missingChromium(), () => {
  let browser: Browser;
  let provider: OidcProvider;
  beforeAll(async () => {
    [browser, provider] = await Promise.all([startChromium(), startOidcProvider()]);
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
  });

  test('[CLI17] signs in with the provider, and the browser and the terminal show it', async () => {
    const running = sandbox.begin('jsm login --no-browser', jsmAt(provider));
    const page = await browser.newPage();
    await page.goto(await addressIn(running));
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?/);
    expect(await page.title()).toBe('You are signed in as alice@example.com');
    const { stdout, exit } = await running.end;
    expect(stdout).toMatch(/^signed in as alice@example\.com\nstored the sign-in in the encrypted file/);
    expect(exit).toBe(0);
  });
});

/** Replaces requests to Google by the part of its metadata that a sign-in reads. */
const google = `
const metadata = {
  issuer: 'https://accounts.google.com',
  authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  token_endpoint: 'https://oauth2.googleapis.com/token',
  revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
  jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['plain', 'S256'],
};
const answers = {
  'https://accounts.google.com/.well-known/openid-configuration': [metadata, 200],
  'https://oauth2.googleapis.com/token': [{ error: 'invalid_grant', error_description: 'Malformed auth code.' }, 400],
};
globalThis.fetch = async (address) => {
  const [body, status] = answers[String(address)];
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
};
`;

test('[CLI18] by default, jsm login opens a URL of Google that requests a refresh token', async () => {
  const hook = join(sandbox.home, 'google.cjs');
  writeFileSync(hook, google);
  const running = sandbox.begin('exec jsm login --no-browser', {
    JSM_CLIENT_ID: 'a-client.apps.googleusercontent.com',
    NODE_OPTIONS: `--require ${hook}`,
  });
  const { origin, pathname, searchParams } = new URL(await addressIn(running));
  expect(origin + pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth');
  expect(Object.fromEntries(searchParams)).toMatchObject({
    client_id: 'a-client.apps.googleusercontent.com',
    response_type: 'code',
    access_type: 'offline',
    prompt: 'consent',
    code_challenge_method: 'S256',
    redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
  });
  running.interrupt();
  expect((await running.end).exit).toBe(130);
});
