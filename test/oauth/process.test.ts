import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundled } from '../support/bundled.ts';
import { clientOf, clock, providerForSuite, signInAt } from './session.ts';

const provider = providerForSuite();

/** Of the limits that a timer could go on for, that of one request is the shortest: 10 s unless given. */
const shortestLimitMs = 10_000;

describe('a process', () => {
  const module = bundled('src/adapters/oauth/authorization-server.ts');

  /** How long a process lives on after its sign-in ended so, in ms, and what it said. */
  async function run(
    script: string,
    timeoutMs = 60_000,
  ): Promise<{ readonly said: string; readonly livedOnMs: number }> {
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
    const ended = Date.now();
    expect(exit).toBe(0);
    const [said = '', at = '0'] = text.trim().split(' ');
    return { said, livedOnMs: ended - Number(at) };
  }

  test('that nobody came back to ends at once', async () => {
    const { said, livedOnMs } = await run('await server.signIn({ url() {} }).catch(report);', 200);
    expect(said).toBe('timed-out');
    expect(livedOnMs).toBeLessThan(shortestLimitMs);
  });

  test('whose sign-in was called off ends at once', async () => {
    const { said, livedOnMs } = await run(`
      const controller = new AbortController();
      await server.signIn({ url: () => controller.abort(), signal: controller.signal }).catch(report);`);
    expect(said).toBe('cancelled');
    expect(livedOnMs).toBeLessThan(shortestLimitMs);
  });

  test('that has refreshed ends at once', async () => {
    const { grant } = await signInAt(clientOf(provider.current()));
    const { said, livedOnMs } = await run(`await server.refresh(${JSON.stringify(grant)}).then(report);`);
    expect(said).toBe('done');
    expect(livedOnMs).toBeLessThan(shortestLimitMs);
  });
});
