import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { protocols } from '../../src/cli/commands/protocols/helper.ts';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import type { Protocol } from '../../src/domain/protocols/protocol.ts';
import { serialiseTokenSet } from '../../src/domain/token-set.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { type ProtocolRun, runRequest } from './protocol-client.ts';
import { type ProtocolCall, requests, secret } from './requests.ts';

/** Failures of a store. */
const failures: readonly ErrorCode[] = ['locked', 'denied', 'timed-out', 'failed', 'file-damaged', 'cancelled'];

test('every protocol has requests in requests.ts', () => {
  expect(Object.keys(requests)).toEqual(expect.arrayContaining(Object.keys(protocols)));
});

describe.each(Object.entries(requests))('the protocol %s', (protocolName, { get, store, erase, name, stored }) => {
  let protocol: Protocol;
  let world: World;
  beforeAll(async () => {
    protocol = (await protocols[protocolName]?.load()) as Protocol;
  });
  beforeEach(() => {
    world = new World();
  });

  const run = (call: ProtocolCall) =>
    runRequest(world.context, protocol, call.args, {
      ...(call.stdin !== undefined && { stdin: call.stdin }),
      ...(call.environment !== undefined && { environment: call.environment }),
    });
  const put = (text = stored) => world.stores['secret-service'].set(name, textSecret(text));
  const record = (expiresAt?: string) => {
    const entry = { ...name, store: 'secret-service' as const, stale: [], writtenAt: '2026-11-01T00:00:00.000Z' };
    world.snapshot = { placement: [{ ...entry, ...(expiresAt !== undefined && { expiresAt }) }], state: 'intact' };
  };

  test('finds the credential under the name that the documentation gives', async () => {
    await put();
    const { stdout, errors, exitCode } = await run(get);
    expect([errors, exitCode]).toEqual([[], 0]);
    expect(stdout).toContain(secret);
  });

  if (store !== undefined && erase !== undefined) {
    test('stores it under that name, and erases it', async () => {
      expect(await run(store)).toMatchObject({ errors: [], exitCode: 0 });
      expect(world.snapshot.placement).toMatchObject([name]);
      expect((await run(get)).stdout).toContain(secret);
      expect(await run(erase)).toMatchObject({ errors: [], exitCode: 0 });
      expect(world.snapshot.placement).toEqual([]);
      expect((await run(get)).stdout).not.toContain(secret);
    });
  }

  test.each(failures)('reports a store that is %s, and never as "not found"', async (code) => {
    for (const isRecorded of [true, false]) {
      world = new World();
      const absent = await run(get);
      await put();
      if (isRecorded) record();
      world.unavailable.set('secret-service', code);
      for (const call of [get, erase]) {
        if (call === undefined) continue;
        const result = await run(call);
        expect(summarise(result)).not.toEqual(summarise(absent));
        expect(result.errors.map(({ code }) => code).join() + result.stdout).not.toBe('');
        expect(result.stdout).not.toContain(secret);
      }
    }
  });

  test('never returns an expired secret', async () => {
    await put();
    record('2026-11-02T00:00:00.000Z');
    const { stdout } = await run(get);
    expect(stdout).not.toContain(secret);
    expect(world.warnings.join('\n')).toContain('expired');
    record('2027-11-02T00:00:00.000Z');
    expect((await run(get)).stdout).toContain(secret);
  });

  test('returns the access token of a token set, renewed if it has expired, and reports what keeps it from that', async () => {
    if (protocolName === 'aws') return;
    const renewal = { tokenEndpoint: 'https://issuer.example/token', clientId: 'c' };
    const old = { accessToken: 'old', expiresAt: '2026-11-02T00:00:00.000Z', refreshToken: 'r', renewal };
    await put(serialiseTokenSet({ accessToken: secret, expiresAt: '2027-11-02T00:00:00.000Z' }));
    record();
    const valid = await run(get);
    expect(valid.stdout).toContain(secret);
    expect(valid.stdout).not.toContain('keystow-token-set');

    await put(serialiseTokenSet(old));
    const { context } = world;
    const refresh = async () => ({ tokens: { accessToken: secret, expiresAt: '2027-11-02T00:00:00.000Z' } });
    const renewing = { ...context, renewal: { ...context.renewal, refresh } };
    const options = { stdin: get.stdin ?? '', environment: get.environment ?? {} };
    expect((await runRequest(renewing, protocol, get.args, options)).stdout).toContain(secret);

    await put(serialiseTokenSet(old));
    const offline = async () => {
      throw new CredentialError('refresh-failed', 'offline');
    };
    const failing = { ...context, renewal: { ...context.renewal, refresh: offline } };
    const failed = await runRequest(failing, protocol, get.args, options);
    expect(failed.stdout + failed.errors[0]?.message).not.toMatch(/old|s3cret/);
    // Cargo shows what a provider replies.
    if (protocolName === 'cargo') expect(failed.stdout).toContain('"message":"offline"');
    else expect(failed.errors).toMatchObject([{ code: 'refresh-failed' }]);
  });

  test('repeats no part of an invalid request', async () => {
    const changed = [store, get].flatMap((call) => (call?.stdin === undefined ? [] : [[call, call.stdin] as const]));
    if (changed.length === 0) return;
    const edit = fc.tuple(fc.nat(), fc.nat(4), fc.string({ unit: 'binary', maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...changed), fc.array(edit, { minLength: 1 }), async ([call, text], edits) => {
        world = new World();
        const stdin = edits.reduce((now, [at, length, inserted]) => {
          const start = at % (now.length + 1);
          return now.slice(0, start) + inserted + now.slice(start + length);
        }, text);
        const { stdout, errors } = await run({ ...call, stdin });
        const printed = [stdout, ...errors.flatMap(({ message, hint, cause }) => [message, hint, cause])].join('\n');
        expect(printed).not.toContain(secret);
      }),
      { numRuns: fastOrSlow(100, 3000) },
    );
  });
});

/** Without the wording. */
function summarise({ stdout, errors, exitCode }: ProtocolRun) {
  return { stdout, exitCode, codes: errors.map(({ code }) => code) };
}
