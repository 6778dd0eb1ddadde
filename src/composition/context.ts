import { createNoticeMemory } from '../adapters/files/markers.ts';
import type { Binding } from '../adapters/native/binding.ts';
import { findPackageFolder } from '../adapters/native/own-package.ts';
import { createPlacementFile } from '../adapters/placement-file/placement-file.ts';
import { replaceFakeTimers, sleep } from '../adapters/process/timers.ts';
import { type Context, type RenewalServices, renewalLimitMs } from '../app/context.ts';
import { readSettings, type Settings } from '../app/settings.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { mayShowDialog } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';
import type { CustomStore } from '../ports/credential-store.ts';
import type { Terminal } from '../ports/interaction.ts';
import { areEphemeral, createMemoryLocks, createMemoryPlacement, replaceStores } from './custom-stores.ts';
import { createHostInfo, findCurrentFolder, findHomeFolder, isTerminal } from './environment.ts';
import { createLazyLock, createStores, type StoresOptions } from './stores.ts';

export { yieldToEvents } from '../adapters/process/timers.ts';

export interface ContextOptions {
  readonly profile: Profile;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a store may prompt the user: {@link mayShowDialog}. */
  readonly interactive: boolean | 'auto';
  /** For a program that embeds keystow: a store that timed out is tried again, and fake timers of tests are replaced. */
  readonly longRunning?: boolean;
  /** The native binding. Default: the one that is installed with keystow. */
  readonly binding?: Binding | undefined;
  /** The application's own stores, best first, in place of the machine's. Default: none. */
  readonly custom?: readonly CustomStore[];
  /** Whether a fallback to the encrypted file is explained once on this machine, instead of each time. */
  readonly explainsOnce?: boolean;
  /** How to renew tokens. Default: nothing is uninterrupted, and no server is known. */
  readonly renewal?: Partial<Pick<RenewalServices, 'uninterrupted' | 'refresh'>>;
  /** The passphrases that the program has set in code. */
  readonly presetPassphrases?: StoresOptions['presetPassphrases'];
  readonly signal: AbortSignal;
  /** Creates the terminal, once the settings are known. */
  terminal(settings: Settings): Terminal;
}

/** Reads the settings and wires the stores of this machine. Throws `invalid-setting` for an invalid variable. */
export function createContext(options: ContextOptions): Context {
  const { profile, environment, interactive, longRunning = false, binding, custom = [], signal } = options;
  const { platform } = process;
  if (longRunning) replaceFakeTimers();
  const home = findHomeFolder(environment);
  const isEphemeral = areEphemeral(custom);
  const info = {
    environment,
    platform,
    home,
    directory: findCurrentFolder(),
    get terminal() {
      return isTerminal(0) || isTerminal(2);
    },
  };
  const userSettings = readSettings(profile, info);
  const settings = isEphemeral ? { ...userSettings, policy: ephemeralPolicy } : userSettings;
  if (options.presetPassphrases?.current) Object.assign(settings, { presetPassphrase: true });
  const terminal = options.terminal(settings);
  const placement = isEphemeral ? createMemoryPlacement() : createPlacementFile({ path: settings.placementPath });
  const machine = createStores({
    profile,
    settings,
    placement,
    terminal,
    environment,
    platform,
    home,
    mayShowDialog: () => mayShowDialog(interactive, info),
    longRunning,
    binding,
    presetPassphrases: options.presetPassphrases,
  });
  return {
    profile,
    settings,
    host: createHostInfo(profile, findPackageFolder),
    stores: custom.length > 0 ? replaceStores(machine, custom) : machine,
    placement,
    lockOf: isEphemeral ? createMemoryLockOf() : createLockOf(settings),
    renewal: createRenewalServices(settings, isEphemeral, options.renewal),
    terminal,
    ...(options.explainsOnce && { noticeMemory: createNoticeMemory(settings.credentialsPath) }),
    clock: () => new Date().toISOString(),
    signal,
  };
}

/** What's in memory only is used whatever the user prefers for what's stored. */
const ephemeralPolicy = { preference: 'auto', keyringDisabled: false };

export function createRenewalServices(
  settings: Settings,
  isEphemeral: boolean,
  { uninterrupted = (work) => work(), refresh }: NonNullable<ContextOptions['renewal']> = {},
): RenewalServices {
  const memoryLocks = new Map<string, ReturnType<typeof createMemoryLocks>>();
  return {
    lockOf: (name, limitMs = renewalLimitMs) => {
      if (isEphemeral) {
        const key = `${name.service}\0${name.account}`;
        const locks = memoryLocks.get(key) ?? createMemoryLocks();
        memoryLocks.set(key, locks);
        return locks(limitMs);
      }
      const path = `${createLockPath(settings, name)}.renewal`;
      return createLazyLock({ path, label: 'lock of the renewal', isOnlyLock: true, limitMs });
    },
    uninterrupted,
    sleep,
    async reserveSpace(name) {
      if (isEphemeral) return () => undefined;
      const { reserveSpace } = await import('../adapters/files/replace-file.ts');
      const path = `${createLockPath(settings, name)}.reserve`;
      const label = 'space for the renewed token';
      return reserveSpace({ path, label }, [settings.credentialsPath, settings.placementPath]);
    },
    async withTimeLimit(...args) {
      const { withTimeLimit } = await import('../adapters/keyrings/silence-timer.ts');
      return withTimeLimit(...args);
    },
    async redact(text, secrets) {
      const { redact } = await import('../adapters/sign-in/redact.ts');
      return redact(text, secrets);
    },
    ...(refresh && { refresh }),
  };
}

function createMemoryLockOf(): Context['lockOf'] {
  const locks = createMemoryLocks();
  return () => locks();
}

/** Different credentials have different locks, so that one whose store waits for the user delays no other. */
export function createLockOf(settings: Settings): Context['lockOf'] {
  return (name) =>
    createLazyLock({ path: createLockPath(settings, name), label: 'lock of the credential', isOnlyLock: true });
}

function createLockPath({ credentialsPath }: Settings, { service, account }: CredentialName): string {
  // Not imported: a read that takes no lock doesn't need it.
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(`${service}\0${account}`);
  return `${credentialsPath}.${hash.digest('hex').slice(0, 16)}`;
}
