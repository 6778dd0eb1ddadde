import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CredentialName, compareNames } from '../../src/domain/credential-name.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { Harness } from './harness.ts';

/** The expected credentials: name as JSON → secret in hex. */
type Model = Map<string, string>;
/** The store under test. */
interface Real {
  store: CredentialStore;
  readonly service: string;
  readonly reopen: () => Promise<CredentialStore>;
}
type Command = fc.AsyncCommand<Model, Real>;

/** A name without the prefix of this run. */
type Short = readonly [service: string, account: string];

const short: fc.Arbitrary<Short> = fc.tuple(
  fc.constantFrom('', '.x', 'X', '/y'),
  fc.constantFrom('a', 'A', 'x.a', 'é b'),
);
const bytes = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 2500, max: 6000 }).map((size) => new Uint8Array(size).fill(size)) },
);

const full = (real: Real, [service, account]: Short): CredentialName => ({ service: real.service + service, account });
const key = (name: CredentialName): string => JSON.stringify([name.service, name.account]);
const hex = (secret: Uint8Array): string => Buffer.from(secret).toString('hex');

function set(short: Short, secret: Uint8Array): Command {
  return {
    check: () => true,
    async run(model, real) {
      await real.store.set(full(real, short), new Secret(Uint8Array.from(secret)));
      model.set(key(full(real, short)), hex(secret));
    },
    toString: () => `set(${short.join(' ')}, ${secret.length} bytes)`,
  };
}

function get(short: Short): Command {
  return {
    check: () => true,
    async run(model, real) {
      const secret = await real.store.get(full(real, short));
      expect(secret && hex(secret.expose())).toBe(model.get(key(full(real, short))));
    },
    toString: () => `get(${short.join(' ')})`,
  };
}

function remove(short: Short): Command {
  return {
    check: () => true,
    async run(model, real) {
      expect(await real.store.delete(full(real, short))).toBe(model.delete(key(full(real, short))));
    },
    toString: () => `delete(${short.join(' ')})`,
  };
}

function list(suffix: string): Command {
  return {
    check: () => true,
    async run(model, real) {
      const service = real.service + suffix;
      const expected = [...model.keys()]
        .map((text) => JSON.parse(text) as [string, string])
        .filter(([kept]) => kept === service)
        .map(([, account]) => ({ service, account }))
        .sort(compareNames);
      expect(await real.store.list(service)).toEqual(expected);
    },
    toString: () => `list(${suffix})`,
  };
}

function reopen(): Command {
  return {
    check: () => true,
    async run(_, real) {
      await real.store.close();
      real.store = await real.reopen();
    },
    toString: () => 'reopen()',
  };
}

/** Law: any sequence of operations has the same results as on a Map. */
export function modelTest(harness: Harness): void {
  test('law: any sequence of set, get, delete and list has the same results as on a Map', async () => {
    const commands = fc.commands(
      [
        fc.tuple(short, bytes).map((args) => set(...args)),
        short.map(get),
        short.map(remove),
        short.map(([suffix]) => list(suffix)),
        fc.constant(reopen()),
      ],
      { maxCommands: 25 },
    );
    const run = async (sequence: Iterable<Command>) => {
      const real: Real = {
        store: await harness.open(),
        service: `model-${randomBytes(6).toString('hex')}`,
        reopen: () => harness.open(),
      };
      try {
        await fc.asyncModelRun(() => ({ model: new Map(), real }), sequence);
      } finally {
        for (const suffix of ['', '.x', 'X', '/y']) {
          for (const name of await real.store.list(real.service + suffix)) await real.store.delete(name);
        }
        await real.store.close();
      }
    };
    await fc.assert(fc.asyncProperty(commands, run), { numRuns: 25 });
  });
}
