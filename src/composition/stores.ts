import { createLazyLock } from '../adapters/files/lazy-lock.ts';
import type { Settings } from '../app/settings.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { isSameName } from '../domain/credential-name.ts';
import { listSecretVariables, type Profile } from '../domain/profile.ts';
import { listCandidates, type StoreId, storeNames } from '../domain/store-id.ts';
import type { CredentialStore } from '../ports/credential-store.ts';
import type { Interaction } from '../ports/interaction.ts';
import type { PassphraseSource } from '../ports/passphrase-source.ts';
import type { Stores } from '../ports/stores.ts';
import type { Terminal } from '../ports/terminal.ts';
import { type Keyring, withCircuitBreaker } from './circuit-breaker.ts';

export interface StoresOptions {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
  /** Whether a store may ask the user for anything. */
  readonly interactive: boolean;
  /** For as long as a server runs, not for one command: what did not answer once is asked again. */
  readonly longRunning?: boolean;
}

/** The stores of this platform. Each adapter is loaded when its store is first wanted, so that a read loads one. */
export function createStores(options: StoresOptions): Stores {
  const { profile, settings, terminal, environment, platform, home, interactive } = options;
  const { sentinelService } = profile;
  const interaction: Interaction = {
    get interactive() {
      return interactive && settings.interactive;
    },
    notifyWaiting: (what) => terminal.warn(`waiting for the ${what}: answer its dialog, or press Ctrl-C`),
  };
  const file = { path: settings.credentialsPath, home, notice: terminal.notice };

  const native = {
    sentinelService,
    interaction,
    withLock: createLazyLock({ path: `${settings.credentialsPath}.native`, label: 'lock of the OS keyring' }),
  };
  const made: Promise<CredentialStore>[] = [];
  const keep = <Store extends CredentialStore>(store: Promise<Store>) => {
    made.push(store);
    return store;
  };
  const once = <Store extends CredentialStore>(make: () => Promise<Store>) => {
    let store: Promise<Store> | undefined;
    return () => {
      store ??= keep(make());
      return store;
    };
  };
  const bounded = (keyring: Keyring) => (options.longRunning ? keyring : withCircuitBreaker(keyring));
  const keyrings: Readonly<Record<Exclude<StoreId, 'file'>, () => Promise<Keyring>>> = {
    keychain: once(async () => {
      const { createKeychain } = await import('../adapters/keychain/keychain.ts');
      return bounded(createKeychain(native));
    }),
    'credential-manager': once(async () => {
      const { createCredentialManager } = await import('../adapters/credential-manager/credential-manager.ts');
      return bounded(
        createCredentialManager({
          ...native,
          findVisibleTarget: (name) => profile.windowsTargets?.find((exact) => isSameName(exact, name))?.target,
        }),
      );
    }),
    'secret-service': once(async () => {
      const { createSecretService } = await import('../adapters/secret-service/secret-service.ts');
      return bounded(
        createSecretService({
          environment,
          sentinelService,
          interaction,
          ...(profile.attributeSchema && { attributeSchema: profile.attributeSchema }),
        }),
      );
    }),
    pass: once(async () => {
      const { createPass } = await import('../adapters/pass/pass.ts');
      return bounded(
        createPass({
          environment: withoutSecrets(environment, profile),
          sentinelService,
          interaction,
          withLock: native.withLock,
        }),
      );
    }),
  };
  const encryptedFile = once(async () => {
    const { createEncryptedFile } = await import('../adapters/encrypted-file/encrypted-file.ts');
    return createEncryptedFile({ ...file, keySource: settings.keySource, passphrases: lazyPassphrases(options) });
  });

  const candidates = listCandidates(platform, settings.usePass);
  const openable = listCandidates(platform, true);
  return {
    candidates,
    async openProbe(id) {
      if (id !== 'keyutils') return keyrings[id]();
      const { createKeyutilsProbe } = await import('../adapters/keyutils/keyutils.ts');
      return createKeyutilsProbe();
    },
    async open(id) {
      if (id === 'file') return encryptedFile();
      if (openable.includes(id)) return keyrings[id]();
      throw new CredentialError('not-installed', `this platform has no ${storeNames[id]}`);
    },
    async findFileKeySource() {
      const { findKeySource } = await import('../adapters/encrypted-file/encrypted-file.ts');
      return findKeySource(file);
    },
    async resealFile(seal, options) {
      return (await encryptedFile()).reseal(seal, options);
    },
    async close() {
      await Promise.allSettled(made.map(async (store) => (await store).close()));
    },
  };
}

/** What a child process may see. */
function withoutSecrets(environment: StoresOptions['environment'], profile: Profile) {
  const secrets = listSecretVariables(profile);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secrets.includes(name)));
}

/** A file sealed by the home directory is read without ever asking. */
function lazyPassphrases(options: StoresOptions): PassphraseSource {
  let loaded: Promise<PassphraseSource> | undefined;
  const load = async () => (await import('./passphrases.ts')).createPassphrases(options);
  const source = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    open: async (attempt) => (await source()).open(attempt),
    create: async () => (await source()).create(),
    change: async () => (await source()).change(),
    done: () =>
      void loaded?.then(
        (made) => made.done?.(),
        () => undefined,
      ),
  };
}
