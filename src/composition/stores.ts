import type { LockOptions } from '../adapters/files/lock.ts';
import { createTakeovers } from '../adapters/files/markers.ts';
import type { Binding } from '../adapters/native/binding.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, isSameName } from '../domain/credential-name.ts';
import { requireBoth } from '../domain/envelope/file-record.ts';
import { isSecretVariable, type Profile } from '../domain/profile.ts';
import { listCandidates, type StoreId, storeNames } from '../domain/store-id.ts';
import type { CredentialStore, StoreProbe } from '../ports/credential-store.ts';
import type { Interaction, PassphraseSource } from '../ports/interaction.ts';
import type { FileMemory, PlacementRepository } from '../ports/placement-repository.ts';
import type { Stores } from '../ports/stores.ts';
import type { Mutex } from '../ports/system.ts';
import { type Keyring, withCircuitBreaker } from './circuit-breaker.ts';
import { describeEncryptedFile } from './environment.ts';
import type { PassphrasesOptions } from './passphrases.ts';
import { limitToApplication, withServicePrefix } from './scoped-store.ts';

export interface StoresOptions extends PassphrasesOptions {
  readonly placement: FileMemory & Pick<PlacementRepository, 'read'>;
  readonly platform: string;
  readonly home: string;
  /** Whether a store may show a dialog. Looking for a terminal is slow, so it's called when a store asks. */
  mayShowDialog(): boolean;
  /** For a process that runs more than one command: a store that timed out is tried again. */
  readonly longRunning?: boolean;
  /** The native binding. Default: the one that is installed with keystow. */
  readonly binding?: Binding | undefined;
}

/**
 * The kernel keyring is skipped whatever a probe sees: it forgets, or it isn't there. So only a report probes it, which takes
 * native code.
 */
const assumedKeyutils: StoreProbe = {
  id: 'keyutils',
  probe: async () => ({ kind: 'usable', persistence: 'until-reboot' }),
};

/** Creates the stores of this platform. An adapter is loaded when its store is first opened, so a read loads only one. */
export function createStores(options: StoresOptions): Stores {
  const { settings, platform, placement } = options;
  const opened: Promise<CredentialStore>[] = [];
  const once = <Store extends CredentialStore>(create: () => Promise<Store>) => {
    let store: Promise<Store> | undefined;
    return () => {
      if (store === undefined) {
        store = create();
        opened.push(store);
      }
      return store;
    };
  };
  const create = createKeyrings(options);
  const { scope } = options.profile;
  const createOwn = (id: KeyringId) => {
    const openShared = once(create[id]);
    return scope === undefined ? openShared : once(() => createScopedKeyring(options, id, scope, openShared));
  };
  const keyrings: Readonly<Record<KeyringId, () => Promise<Keyring>>> = {
    keychain: createOwn('keychain'),
    'credential-manager': createOwn('credential-manager'),
    'secret-service': createOwn('secret-service'),
    pass: createOwn('pass'),
  };
  const file = describeEncryptedFile({
    ...options,
    notice: (line) => options.terminal.warn(line, undefined, 'encrypted-file'),
  });
  const openFile = once(async () => {
    const { createEncryptedFile } = await import('../adapters/encrypted-file/encrypted-file.ts');
    return createEncryptedFile({ ...file, passphrases: createLazyPassphrases(options) });
  });
  const openable = listCandidates(platform, true);
  return {
    candidates: listCandidates(platform, settings.usePass),
    async openProbe(id, { forReport } = { forReport: false }) {
      if (id !== 'keyutils' && id !== 'custom') return keyrings[id]();
      if (!forReport) return assumedKeyutils;
      const { createKeyutilsProbe } = await import('../adapters/keyutils/keyutils.ts');
      return createKeyutilsProbe(toLoader(options.binding));
    },
    async open(id) {
      if (id === 'file') return openFile();
      if (id !== 'custom' && openable.includes(id)) return keyrings[id]();
      throw new CredentialError('not-installed', `this platform has no ${storeNames[id]}`);
    },
    async hasFile() {
      const { lstatSync } = process.getBuiltinModule('node:fs');
      try {
        return lstatSync(settings.credentialsPath, { throwIfNoEntry: false }) !== undefined;
      } catch {
        return false;
      }
    },
    async findFileKeySource() {
      const { findKeySource } = await import('../adapters/encrypted-file/encrypted-file.ts');
      return findKeySource(file);
    },
    async checkFile() {
      const { checkExpected } = await import('../adapters/encrypted-file/encrypted-file.ts');
      await checkExpected(file);
    },
    async checkNewFile() {
      const required = requireBoth(settings.keySource, (await placement.recallFile())?.keySource);
      const isAsked = settings.interactive || settings.envPassphrase || settings.presetPassphrase;
      if (required === 'home' || isAsked || (await this.hasFile())) return;
      // Nobody can be asked, so it rejects.
      await createLazyPassphrases(options).create();
    },
    async resealFile(keySource, options) {
      return (await openFile()).reseal(keySource, options);
    },
    async acceptFile(options) {
      return (await openFile()).accept(options);
    },
    async setFileAside(record, options) {
      const [{ createLock }, { setAside }, { checkPath }] = await Promise.all([
        import('../adapters/files/lock.ts'),
        import('../adapters/files/replace-file.ts'),
        import('../adapters/files/permissions.ts'),
      ]);
      const managed = { path: settings.credentialsPath, label: 'encrypted file' };
      for (const warning of checkPath(managed)) file.notice(warning);
      await createLock(managed)(async () => record(await setAside(managed, new Date().toISOString())), options);
    },
    async adoptHome(oldHome, options) {
      return (await openFile()).adoptHome(oldHome, options);
    },
    async close() {
      await Promise.allSettled(opened.map(async (store) => (await store).close()));
    },
  };
}

type KeyringId = Exclude<StoreId, 'file' | 'custom'>;

/** Creates a keyring that has only the items of the application `scope`. */
async function createScopedKeyring(
  options: StoresOptions,
  id: KeyringId,
  scope: string,
  openShared: () => Promise<Keyring>,
): Promise<Keyring> {
  const { profile, placement, settings } = options;
  const takeovers = createTakeovers(settings.placementPath, id);
  const own =
    id === 'secret-service'
      ? await createKeyrings(options, scope)[id]()
      : withServicePrefix(await openShared(), scope, profile.windowsTargets ?? []);
  return limitToApplication(own, { openShared, placement, takeovers, readsOthers: profile.readsOthers ?? false });
}

function createKeyrings(
  { profile, settings, terminal, environment, mayShowDialog, longRunning, binding }: StoresOptions,
  application?: string,
): Readonly<Record<KeyringId, () => Promise<Keyring>>> {
  const { sentinelService } = profile;
  const interaction: Interaction = {
    get interactive() {
      return mayShowDialog();
    },
    notifyWaiting: (store) => {
      // A program with windows has no terminal to press it in.
      const orCancel = profile.isEmbedded ? '' : ', or press Ctrl-C';
      terminal.warn(`waiting for the ${store}: answer its dialog${orCancel}`, undefined, 'waiting');
    },
  };
  const withLock = createLazyLock({
    path: `${settings.credentialsPath}.native`,
    label: 'lock of the OS keyring',
    isOnlyLock: true,
  });
  const native = { sentinelService, interaction, withLock, ...toLoader(binding) };
  const guard = (keyring: Keyring) => (longRunning ? keyring : withCircuitBreaker(keyring));
  return {
    async keychain() {
      const { createKeychain } = await import('../adapters/keychain/keychain.ts');
      return guard(createKeychain(native));
    },
    async 'credential-manager'() {
      const { createCredentialManager } = await import('../adapters/credential-manager/credential-manager.ts');
      const findVisibleTarget = (name: CredentialName) =>
        profile.windowsTargets?.find((target) => isSameName(target, name))?.target;
      return guard(createCredentialManager({ ...native, findVisibleTarget }));
    },
    async 'secret-service'() {
      const { createSecretService } = await import('../adapters/secret-service/secret-service.ts');
      const { attributeSchema } = profile;
      return guard(
        createSecretService({
          environment,
          sentinelService,
          interaction,
          ...(attributeSchema && { attributeSchema }),
          ...(application !== undefined && { application }),
        }),
      );
    },
    async pass() {
      const { createPass } = await import('../adapters/pass/pass.ts');
      const childEnvironment = omitSecretVariables(environment, profile);
      return guard(createPass({ environment: childEnvironment, sentinelService, interaction, withLock }));
    },
  };
}

/** Without a binding, the adapters load the installed one. */
function toLoader(binding: Binding | undefined): { readonly loadBinding?: () => Binding } {
  return binding ? { loadBinding: () => binding } : {};
}

function omitSecretVariables(environment: StoresOptions['environment'], profile: Profile) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSecretVariable(name, profile)));
}

/** Loads the prompts when they're first needed: never for a file that the home directory opens. */
function createLazyPassphrases(options: StoresOptions): PassphraseSource {
  let loaded: Promise<PassphraseSource> | undefined;
  const load = () => {
    loaded ??= import('./passphrases.ts').then(({ createPassphrases }) => createPassphrases(options));
    return loaded;
  };
  const { settings, profile } = options;
  return {
    variable: settings.envPassphrase ? profile.variables.passphrase : undefined,
    open: async (attempt) => (await load()).open(attempt),
    create: async () => (await load()).create(),
    change: async () => (await load()).change(),
    done: () =>
      void loaded?.then(
        (passphrases) => passphrases.done?.(),
        () => undefined,
      ),
  };
}

/** A lock that loads its code when it is first taken. */
export function createLazyLock(options: LockOptions): Mutex {
  let loaded: Promise<Mutex> | undefined;
  const load = async () => (await import('../adapters/files/lock.ts')).createLock(options);
  return async (work, how) => {
    loaded ??= load();
    return (await loaded)(work, how);
  };
}
