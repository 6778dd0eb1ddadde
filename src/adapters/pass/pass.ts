import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, compareNames, toCredentialName } from '../../domain/credential-name.ts';
import { entryRoot } from '../../domain/entries/pass-entry.ts';
import { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { Mutex } from '../../ports/mutex.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import { throwIfAborted } from '../files/abort.ts';
import { factOf } from '../keyrings/fact-of.ts';
import { roundTrip } from '../keyrings/round-trip.ts';
import { entryFor, nameAt } from './entry.ts';
import { PasswordStore } from './password-store.ts';
import { type PassProgram, runPass } from './run-pass.ts';
import { toError } from './to-error.ts';

export interface PassOptions extends PassProgram {
  /** The service that a probe's sentinel is written under. */
  readonly sentinelService: string;
  /** Of all processes that write, one at a time. */
  readonly exclusively: Mutex;
}

/** Where a secret is written before it takes its place: pass writes in place, and might be killed half-way. */
const draft = `${entryRoot}/%new`;

/** Largest secret, in bytes. pass itself has no limit. */
const maxSecretBytes = 8 * 1024 * 1024;

const nothing = new Uint8Array();

/**
 * `pass`, the standard Unix password manager, as a store and as the probe of it: an entry for each credential, which
 * GnuPG encrypts for the keys of the folder. Which entries there are is told without any key.
 */
export function createPass(options: PassOptions): CredentialStore & StoreProbe {
  const store = new PasswordStore(options.environment);
  const pass = (args: readonly string[], how: OperationOptions | undefined, input: Uint8Array = nothing) =>
    runPass(options, args, input, how);

  async function operate<T>(how: OperationOptions | undefined, work: () => Promise<T>): Promise<T> {
    throwIfAborted(how);
    try {
      return await work();
    } catch (error) {
      throw toError(error);
    }
  }

  async function read(name: CredentialName, how?: OperationOptions): Promise<Secret | undefined> {
    const { path, head } = entryFor(name);
    if (!(await store.has(path))) return undefined;
    try {
      const content = await pass(['show', path], how);
      return new Secret(new Uint8Array(content.subarray(head.length)));
    } catch (error) {
      if (await store.has(path)) throw error;
      return undefined;
    }
  }

  async function write(name: CredentialName, secret: Secret, how?: OperationOptions): Promise<void> {
    if (secret.expose().length > maxSecretBytes)
      throw new CredentialError('too-large', 'the secret is larger than 8 MiB');
    const { path, head } = entryFor(name);
    await options.exclusively(async () => {
      await pass(['insert', '--multiline', '--force', draft], how, Buffer.concat([head, secret.expose()]));
      await pass(['mv', '--force', draft, path], how);
    }, how);
  }

  function remove(name: CredentialName, how?: OperationOptions): Promise<boolean> {
    const { path } = entryFor(name);
    return options.exclusively(async () => {
      if (!(await store.has(path))) return false;
      await pass(['rm', '--force', path], how);
      return true;
    }, how);
  }

  async function tryOut(how?: OperationOptions): Promise<ProbeResult> {
    if (!(await store.isInitialised())) return { kind: 'service-failure', reason: 'no-collection' };
    const name = { service: options.sentinelService, account: `probe-${randomBytes(16).toString('hex')}` };
    try {
      return await roundTrip({
        write: (sentinel) => write(name, new Secret(sentinel), how),
        read: async () => (await read(name, how))?.expose(),
        remove: () => remove(name, how),
      });
    } catch (error) {
      await remove(name);
      throw error;
    }
  }

  return {
    id: 'pass',
    listing: 'all',
    async get({ service, account }, how) {
      const name = toCredentialName(service, account);
      return operate(how, () => read(name, how));
    },
    async set({ service, account }, secret, how) {
      const name = toCredentialName(service, account);
      await operate(how, () => write(name, secret, how));
    },
    async delete({ service, account }, how) {
      const name = toCredentialName(service, account);
      return operate(how, () => remove(name, how));
    },
    async list(service, how) {
      if (service !== undefined) toCredentialName(service, 'any');
      const names = await operate(how, async () => {
        const paths = await store.entries(entryRoot);
        return Promise.all(paths.map((path) => nameAt(path, () => pass(['show', path], how))));
      });
      return names
        .filter((name) => name !== undefined)
        .filter((name) => service === undefined || name.service === service)
        .sort(compareNames);
    },
    async probe(how) {
      try {
        return await operate(how, () => tryOut(how));
      } catch (error) {
        return factOf(error);
      }
    },
    async close() {},
  };
}
