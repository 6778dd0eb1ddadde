import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startStub } from '../oauth/stub-server.ts';
import { createSelfSigned } from '../support/certificate.ts';
import { bearer, codeAnswer, tokenAnswer } from '../support/dify-host.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { needs } from '../support/needs.ts';
import { missingProgram } from '../support/session-bus.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox({ JSM_SEAL: 'home', JSM_CLIENT_ID: 'native' });
});
afterEach(() => sandbox.remove());

const openssl = needs(!missingProgram('openssl'), 'openssl');

test('difyctl signs in through the proxy, at a host whose authority is in NODE_EXTRA_CA_CERTS', openssl, async () => {
  const certificate = createSelfSigned('dify.example');
  const authority = join(sandbox.home, 'authority.pem');
  writeFileSync(authority, certificate.cert);
  const host = await startStub((path) => {
    const { body } = path.endsWith('/code') ? codeAnswer({ interval: 1 }) : tokenAnswer();
    return { body };
  }, certificate);
  const proxy = await startHttpProxy({ port: Number(new URL(host.issuer).port), credentials: 'alice:pr0xy-p4ss' });
  const login = await sandbox.begin('difyctl auth login --host dify.example', {
    HTTPS_PROXY: proxy.url.replace('//', '//alice:pr0xy-p4ss@'),
    NODE_EXTRA_CA_CERTS: authority,
  }).end;
  expect(login).toMatchObject({ exit: 0, stdout: expect.stringContaining('signed in as alice@example.com') });
  expect(login.stderr).not.toContain('Warning');
  expect(proxy.requests).toEqual(proxy.requests.map(() => 'CONNECT dify.example:443'));
  expect((await sandbox.begin('difyctl auth token').end).stdout).toBe(bearer);
});

test('jsm and difyctl report what the proxy did, by the name of its variable and without its password', async () => {
  const proxy = await startHttpProxy({ credentials: 'alice:right' });
  const variables = { HTTPS_PROXY: proxy.url.replace('//', '//alice:pr0xy-p4ss@') };
  const commands = ['jsm login --no-browser', 'difyctl auth login --host dify.example'];
  for (const command of commands) {
    const { exit, stderr } = await sandbox.begin(command, { ...variables, JSM_ISSUER: 'https://issuer.example' }).end;
    expect(exit).toBe(1);
    expect(stderr).toContain('(HTTPS_PROXY) does not accept its user name and password');
    expect(stderr).not.toContain('pr0xy-p4ss');
  }
});

test('a proxy that is set is not used for a server on this machine, nor for one of NO_PROXY', async () => {
  const proxy = await startHttpProxy();
  const variables = { ALL_PROXY: proxy.url, NO_PROXY: 'invalid' };
  for (const host of ['http://127.0.0.1:1', 'http://dify.invalid']) {
    const { stderr } = await sandbox.begin(`difyctl auth login --host ${host}`, variables).end;
    expect(stderr).not.toContain('proxy');
  }
  expect(proxy.requests).toEqual([]);
});
