import { randomBytes } from 'node:crypto';
import { type CredentialName, compareNames, toCredentialName } from '../../domain/credential-name.ts';
import { entryRoot } from '../../domain/entry-names.ts';
import { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions, StoreProbe } from '../../ports/credential-store.ts';
import type { Mutex } from '../../ports/system.ts';
import { throwIfAborted } from '../files/abort.ts';
import { checkSecretSize, probeByRoundTrip, toProbeResult } from '../keyrings/keyring.ts';
import { PasswordStoreFolder, readEntryName, toEntry } from './entries.ts';
import { type PassProgram, runPass } from './run-pass.ts';
import { toError } from './to-error.ts';

export interface PassOptions extends PassProgram {
  /** Service of the probe's sentinel: the application's own. */
  readonly sentinelService: string;
  /** Excludes other writers, in this process and in others. */
  readonly withLock: Mutex;
}

/** A secret is written to this entry first, then moved: pass writes in place, and could be killed halfway. */
const draftPath = `${entryRoot}/%new`;

const noInput = new Uint8Array();

/**
 * The store and the probe of `pass`, the standard Unix password manager. Each credential is an entry that GnuPG encrypts
 * for the keys of the password store. Entries can be listed without a key.
 */
export function createPass(options: PassOptions): CredentialStore & StoreProbe {
  const folder = new PasswordStoreFolder(options.environment);
  const pass = (args: readonly string[], operation: OperationOptions | undefined, input: Uint8Array = noInput) =>
    runPass(options, args, input, operation);

  async function mapErrors<T>(operation: OperationOptions | undefined, work: () => Promise<T>): Promise<T> {
    throwIfAborted(operation);
    try {
      return await work();
    } catch (error) {
      throw toError(error);
    }
  }

  async function read(name: CredentialName, operation?: OperationOptions): Promise<Secret | undefined> {
    const { path, header } = toEntry(name);
    if (!(await folder.hasEntry(path))) return undefined;
    try {
      const content = await pass(['show', path], operation);
      return new Secret(new Uint8Array(content.subarray(header.length)));
    } catch (error) {
      if (await folder.hasEntry(path)) throw error;
      return undefined;
    }
  }

  async function write(name: CredentialName, secret: Secret, operation?: OperationOptions): Promise<void> {
    checkSecretSize(secret);
    const { path, header } = toEntry(name);
    await options.withLock(async () => {
      folder.checkTrusted(path);
      if (await folder.hasEntry(path)) operation?.onReplaced?.();
      const content = Buffer.concat([header, secret.expose()]);
      await pass(['insert', '--multiline', '--force', draftPath], operation, content);
      await pass(['mv', '--force', draftPath, path], operation);
    }, operation);
  }

  function remove(name: CredentialName, operation?: OperationOptions): Promise<boolean> {
    const { path } = toEntry(name);
    return options.withLock(async () => {
      if (!(await folder.hasEntry(path))) return false;
      await pass(['rm', '--force', path], operation);
      return true;
    }, operation);
  }

  async function tryRoundTrip(operation?: OperationOptions): Promise<ProbeResult> {
    if (!(await folder.isInitialised())) return { kind: 'service-failure', reason: 'no-collection' };
    const name = { service: options.sentinelService, account: `probe-${randomBytes(16).toString('hex')}` };
    try {
      return await probeByRoundTrip({
        write: (sentinel) => write(name, new Secret(sentinel), operation),
        read: async () => (await read(name, operation))?.expose(),
        remove: () => remove(name, operation),
      });
    } catch (error) {
      await remove(name);
      throw error;
    }
  }

  return {
    id: 'pass',
    listing: 'all',
    async get({ service, account }, operation) {
      const name = toCredentialName(service, account);
      return mapErrors(operation, () => read(name, operation));
    },
    async set({ service, account }, secret, operation) {
      const name = toCredentialName(service, account);
      await mapErrors(operation, () => write(name, secret, operation));
    },
    async delete({ service, account }, operation) {
      const name = toCredentialName(service, account);
      return mapErrors(operation, () => remove(name, operation));
    },
    async list(service, operation) {
      if (service !== undefined) toCredentialName(service, 'any');
      const names = await mapErrors(operation, async () => {
        const paths = await folder.listEntries(entryRoot);
        return Promise.all(paths.map((path) => readEntryName(path, () => pass(['show', path], operation))));
      });
      return names
        .filter((name) => name !== undefined)
        .filter((name) => service === undefined || name.service === service)
        .sort(compareNames);
    },
    async probe(operation) {
      try {
        return await mapErrors(operation, () => tryRoundTrip(operation));
      } catch (error) {
        return toProbeResult(error);
      }
    },
    async close() {},
  };
}
