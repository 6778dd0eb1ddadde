import { createMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import type { Context } from '../../src/app/context.ts';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import type { PlacementIndex } from '../../src/domain/placement/placement-index.ts';
import type { ProbeResult } from '../../src/domain/selection/probe-result.ts';
import type { CandidateId, StoreId } from '../../src/domain/store-id.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { Mutex } from '../../src/ports/mutex.ts';
import type { PlacementSnapshot } from '../../src/ports/placement-repository.ts';
import { keystow } from '../../src/profiles/keystow.ts';
import { inTurn } from './in-turn.ts';

/** A machine with a Secret Service and an encrypted file, both in memory, whose failings a test decides. */
export class World {
  readonly warnings: string[] = [];
  /** The store of every operation and every probe, in order, such as `probe secret-service` or `get file`. */
  readonly calls: string[] = [];
  /** What stores fail with, by store. */
  readonly broken = new Map<StoreId, ErrorCode>();
  policy = { preference: 'auto', keyringDisabled: false };
  seal: 'home' | 'passphrase' = 'home';
  probe: ProbeResult = { kind: 'usable', persistence: 'until-delete' };
  remembered: PlacementSnapshot = { placement: [], state: 'absent' };
  /** What updating the placement fails with. */
  placementFails: ErrorCode | undefined;
  exclusively: Mutex = inTurn();
  /** Comes before every deed of a store and every look at the placement: lets other processes go first. */
  pause: () => Promise<void> = async () => {};
  /** Does what changes a store or the placement, such as `set file` or `record`: or is killed there, or fails. */
  deed = <T>(_what: string, perform: () => Promise<T>): Promise<T> => perform();
  readonly stores: Readonly<Record<'secret-service' | 'file', CredentialStore>> = {
    'secret-service': this.#watched(createMemoryStore({ id: 'secret-service' })),
    file: this.#watched(createMemoryStore({ id: 'file' })),
  };
  #now = Date.UTC(2026, 10, 3);

  get context(): Context {
    const candidates: readonly CandidateId[] = ['secret-service', 'keyutils'];
    return {
      profile: keystow,
      settings: {
        policy: this.policy,
        usePass: false,
        keySource: this.seal,
        credentialsPath: '/home/alice/.config/keystow/credentials.json',
        placementPath: '/home/alice/.config/keystow/placement.json',
        envPassphrase: false,
        newEnvPassphrase: false,
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
          if (id === 'secret-service' || id === 'file') return this.stores[id];
          throw new CredentialError('not-installed', `this platform has no ${id}`);
        },
        findFileKeySource: async () => ((await this.stores.file.list()).length > 0 ? this.seal : undefined),
        resealFile: async (seal) => {
          this.calls.push(`reseal ${seal}`);
          this.seal = seal;
          return true;
        },
        close: async () => {},
      },
      placement: {
        read: async () => {
          await this.pause();
          return this.remembered;
        },
        update: async (change) => {
          await this.pause();
          if (this.placementFails)
            throw new CredentialError(this.placementFails, 'the placement file cannot be written');
          const placement = change(this.remembered.placement);
          if (placement === this.remembered.placement) return;
          await this.deed('record', async () => {
            this.remembered = { placement, state: 'intact' };
          });
        },
      },
      mutex: this.exclusively,
      terminal: {
        notice: () => {},
        warn: (line) => void this.warnings.push(line),
        restoreEcho: () => undefined,
        askHidden: async () => {
          throw new CredentialError('passphrase-required', 'nobody is there');
        },
      },
      clock: () => new Date(this.#now++).toISOString(),
      signal: new AbortController().signal,
    };
  }

  get placement(): PlacementIndex {
    return this.remembered.placement;
  }

  #probe(id: CandidateId): ProbeResult {
    this.calls.push(`probe ${id}`);
    if (id === 'keyutils') return { kind: 'usable', persistence: 'until-reboot' };
    const code = this.broken.get('secret-service');
    return code === 'locked' ? { kind: 'service-failure', reason: 'locked' } : this.probe;
  }

  #watched(store: CredentialStore): CredentialStore {
    const watch =
      <Arguments extends unknown[], Result>(verb: string, work: (...args: Arguments) => Promise<Result>) =>
      async (...args: Arguments): Promise<Result> => {
        await this.pause();
        this.calls.push(`${verb} ${store.id}`);
        const code = this.broken.get(store.id);
        if (code) throw new CredentialError(code, `the ${store.id} is ${code}`);
        return ['set', 'delete'].includes(verb) ? this.deed(`${verb} ${store.id}`, () => work(...args)) : work(...args);
      };
    return {
      id: store.id,
      listing: store.listing,
      get: watch('get', store.get.bind(store)),
      set: watch('set', store.set.bind(store)),
      delete: watch('delete', store.delete.bind(store)),
      list: watch('list', store.list.bind(store)),
      close: () => store.close(),
    };
  }
}
