import type { Context } from '../../src/app/context.ts';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import type { PlacementIndex } from '../../src/domain/placement/placement-index.ts';
import type { ProbeResult } from '../../src/domain/selection/probe-result.ts';
import type { CandidateId, StoreId } from '../../src/domain/store-id.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { PlacementSnapshot } from '../../src/ports/placement-repository.ts';
import type { Mutex } from '../../src/ports/system.ts';
import { keystow } from '../../src/profiles/keystow.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { createFileMemory } from '../support/file-memory.ts';
import { createMutex } from './mutex.ts';

/** A machine with a Secret Service and an encrypted file, both in memory, which a test can make fail. */
export class World {
  readonly warnings: string[] = [];
  /** Every operation and probe of a store, in order, such as `probe secret-service` or `get file`. */
  readonly calls: string[] = [];
  /** Every store that was opened, in order. */
  readonly opened: StoreId[] = [];
  /** The error codes of the stores that fail. */
  readonly unavailable = new Map<StoreId, ErrorCode>();
  policy = { preference: 'auto', keyringDisabled: false };
  keySource: 'home' | 'passphrase' = 'home';
  probe: ProbeResult = { kind: 'usable', persistence: 'until-delete' };
  snapshot: PlacementSnapshot = { placement: [], state: 'absent' };
  /** The error code if the placement file can't be written. */
  placementError: ErrorCode | undefined;
  mutex: Mutex = createMutex();
  renewalMutex: Mutex = createMutex();
  /** Runs before every operation of a store and of the placement file, to let other processes go first. */
  pause: () => Promise<void> = async () => {};
  /** Performs a write, such as `set file`, `delete file` or `record`. A test replaces it to make the write fail. */
  write = <T>(_operation: string, perform: () => Promise<T>): Promise<T> => perform();
  readonly #file = createMemoryStore({ id: 'file' });
  readonly stores: Readonly<Record<'secret-service' | 'file', CredentialStore>> = {
    'secret-service': this.#observe(createMemoryStore({ id: 'secret-service' })),
    file: this.#observe(this.#file),
  };
  #now = Date.UTC(2026, 10, 3);

  get context(): Context {
    const candidates: readonly CandidateId[] = ['secret-service', 'keyutils'];
    return {
      profile: keystow,
      settings: {
        policy: this.policy,
        usePass: false,
        keySource: this.keySource,
        credentialsPath: '/home/alice/.config/keystow/credentials.json',
        placementPath: '/home/alice/.config/keystow/placement.json',
        envPassphrase: false,
        newEnvPassphrase: false,
        allowsEnvPassphrase: false,
        passphraseVariable: 'unset',
        quiet: false,
        interactive: false,
      },
      host: {
        platform: 'linux',
        distribution: 'debian',
        folder: '/usr/lib/node_modules/keystow',
        program: 'keystow',
        storageVariable: 'KEYSTOW_STORAGE',
        disableVariable: 'KEYSTOW_DISABLE_KEYRING',
      },
      stores: {
        candidates,
        openProbe: async (id) => ({ id, probe: async () => this.#probe(id) }),
        open: async (id) => {
          this.opened.push(id);
          if (id === 'secret-service' || id === 'file') return this.stores[id];
          throw new CredentialError('not-installed', `${id} is not available on this platform`);
        },
        hasFile: () => this.#hasFile(),
        findFileKeySource: async () => {
          this.opened.push('file');
          return (await this.#hasFile()) ? this.keySource : undefined;
        },
        checkFile: async () => undefined,
        checkNewFile: async () => undefined,
        resealFile: async (keySource) => {
          this.opened.push('file');
          this.calls.push(`reseal ${keySource}`);
          this.keySource = keySource;
          return true;
        },
        acceptFile: async () => {
          this.opened.push('file');
          return true;
        },
        adoptHome: async () => {
          this.opened.push('file');
          return this.keySource;
        },
        setFileAside: async (record) => {
          this.opened.push('file');
          await record(undefined);
        },
        close: async () => {},
      },
      placement: {
        ...createFileMemory(),
        read: async () => {
          await this.pause();
          return this.snapshot;
        },
        checkWritable: async () => {
          if (this.placementError)
            throw new CredentialError(this.placementError, 'the placement file cannot be written');
        },
        update: async (change) => {
          await this.pause();
          if (this.placementError)
            throw new CredentialError(this.placementError, 'the placement file cannot be written');
          const placement = change(this.snapshot.placement);
          if (placement === this.snapshot.placement) return;
          await this.write('record', async () => {
            this.snapshot = { placement, state: 'intact' };
          });
        },
      },
      lockOf: () => this.mutex,
      renewal: {
        lockOf: () => this.renewalMutex,
        uninterrupted: (work) => work(),
        reserveSpace: async () => () => undefined,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        withTimeLimit: (_, work) => work(new AbortController().signal),
        redact: async (text, secrets) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text),
      },
      terminal: {
        notice: () => {},
        warn: (line) => void this.warnings.push(line),
        restoreEcho: () => undefined,
        askHidden: async () => {
          throw new CredentialError('passphrase-required', 'no terminal');
        },
      },
      clock: () => new Date(this.#now++).toISOString(),
      signal: new AbortController().signal,
    };
  }

  get placement(): PlacementIndex {
    return this.snapshot.placement;
  }

  async #hasFile(): Promise<boolean> {
    return (await this.#file.list()).length > 0;
  }

  #probe(id: CandidateId): ProbeResult {
    this.calls.push(`probe ${id}`);
    if (id === 'keyutils') return { kind: 'usable', persistence: 'until-reboot' };
    const code = this.unavailable.get('secret-service');
    return code === 'locked' ? { kind: 'service-failure', reason: 'locked' } : this.probe;
  }

  #observe(store: CredentialStore): CredentialStore {
    const observe =
      <Arguments extends unknown[], Result>(verb: string, work: (...args: Arguments) => Promise<Result>) =>
      async (...args: Arguments): Promise<Result> => {
        await this.pause();
        this.calls.push(`${verb} ${store.id}`);
        const code = this.unavailable.get(store.id);
        if (code) throw new CredentialError(code, `the ${store.id} is ${code}`);
        return ['set', 'delete'].includes(verb)
          ? this.write(`${verb} ${store.id}`, () => work(...args))
          : work(...args);
      };
    return {
      id: store.id,
      listing: store.listing,
      get: observe('get', store.get.bind(store)),
      set: observe('set', store.set.bind(store)),
      delete: observe('delete', store.delete.bind(store)),
      list: observe('list', store.list.bind(store)),
      close: () => store.close(),
    };
  }
}
