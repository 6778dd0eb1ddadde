import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { failure } from '../contract/errors.ts';
import { bundleModule } from '../support/bundled.ts';
import { patienceMs } from '../support/patience.ts';
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

describe('a process ends by itself', () => {
  const provider = providerForSuite();
  const module = bundleModule('src/adapters/sign-in/oauth/authorization-server.ts');

  /** Longer than a test waits. A timer that is left keeps the process running until then. */
  const limits = { timeoutMs: 10 * patienceMs, limitMs: 10 * patienceMs };

  /** Returns the outcome of a script, after its process has ended. */
  async function run(script: string, shorter: Partial<typeof limits> = {}): Promise<string> {
    const { issuer, publicClient } = provider.current();
    const options = JSON.stringify({ issuer, ...publicClient, ...limits, ...shorter });
    const source = `
      const { createAuthorizationServer } = await import(${JSON.stringify(pathToFileURL(module.file()).href)});
      const server = createAuthorizationServer({ ...${options}, clock: () => '${clock()}' });
      const report = (result) => console.log(result.code ?? 'done');
      ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    return text.trim();
  }

  test('after a sign-in that timed out', async () => {
    expect(await run('await server.signIn({ openUrl() {} }).catch(report);', { timeoutMs: 200 })).toBe('timed-out');
  });

  test('after a sign-in that was cancelled', async () => {
    const outcome = await run(`
      const controller = new AbortController();
      await server.signIn({ openUrl: () => controller.abort(), signal: controller.signal }).catch(report);`);
    expect(outcome).toBe('cancelled');
  });

  test('after a refresh', async () => {
    const { tokens } = await signInAt(createClient(provider.current()));
    expect(await run(`await server.refresh(${JSON.stringify(tokens)}).then(report);`)).toBe('done');
  });
});
