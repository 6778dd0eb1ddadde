import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { bundleModule } from '../support/bundled.ts';
import { clock, createClient, providerForSuite, signInAt } from './oauth-client.ts';

const loaded = vi.hoisted(() => vi.fn());
vi.mock('openid-client', async (original) => {
  loaded();
  return original();
});

test('openid-client is loaded with the first request', async () => {
  const server = createClient({ issuer: 'https://issuer.invalid' });
  await failure(server.refresh({ accessToken: 'a' }), 'not-signed-in');
  expect(loaded).not.toHaveBeenCalled();
  await failure(server.refresh({ accessToken: 'a', refreshToken: 'r' }), 'sign-in-unreachable');
  expect(loaded).toHaveBeenCalledOnce();
});

/** The shortest limit whose timer could keep a process alive: that of one request. */
const shortestLimitMs = 10_000;

describe('a process ends without delay', () => {
  const provider = providerForSuite();
  const module = bundleModule('src/adapters/sign-in/oauth/authorization-server.ts');

  /** Returns the outcome of a script, and how long the process lived on after it. */
  async function run(
    script: string,
    timeoutMs = 60_000,
  ): Promise<{ readonly outcome: string; readonly livedOnMs: number }> {
    const { issuer, publicClient } = provider.current();
    const options = JSON.stringify({ issuer, ...publicClient, timeoutMs });
    const source = `
      const { createAuthorizationServer } = await import(${JSON.stringify(pathToFileURL(module.file()).href)});
      const server = createAuthorizationServer({ ...${options}, clock: () => '${clock()}' });
      const report = (result) => console.log(result.code ?? 'done', Date.now());
      ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const [exit] = await once(child, 'close');
    const endedAtMs = Date.now();
    expect(exit).toBe(0);
    const [outcome = '', atMs = '0'] = text.trim().split(' ');
    return { outcome, livedOnMs: endedAtMs - Number(atMs) };
  }

  test('after a sign-in that timed out', async () => {
    const { outcome, livedOnMs } = await run('await server.signIn({ openUrl() {} }).catch(report);', 200);
    expect(outcome).toBe('timed-out');
    expect(livedOnMs).toBeLessThan(shortestLimitMs);
  });

  test('after a sign-in that was cancelled', async () => {
    const { outcome, livedOnMs } = await run(`
      const controller = new AbortController();
      await server.signIn({ openUrl: () => controller.abort(), signal: controller.signal }).catch(report);`);
    expect(outcome).toBe('cancelled');
    expect(livedOnMs).toBeLessThan(shortestLimitMs);
  });

  test('after a refresh', async () => {
    const { tokens } = await signInAt(createClient(provider.current()));
    const { outcome, livedOnMs } = await run(`await server.refresh(${JSON.stringify(tokens)}).then(report);`);
    expect(outcome).toBe('done');
    expect(livedOnMs).toBeLessThan(shortestLimitMs);
  });
});
