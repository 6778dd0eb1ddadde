import { setMaxListeners } from 'node:events';
import { dirname } from 'node:path';
import type { Context } from '../app/context.ts';
import { getCredential } from '../app/credentials/get-credential.ts';
import { createContext, yieldToEvents } from '../composition/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, toCredentialName } from '../domain/credential-name.ts';
import type { Expiring } from '../domain/placement/expiry.ts';
import type { KeySource, Profile } from '../domain/profile.ts';
import type { Secret } from '../domain/secret.ts';
import type { Selected } from '../domain/selection/selection.ts';
import { resolveStoreWord, type StoreId, storeWords } from '../domain/store-id.ts';
import type { CustomStore } from '../ports/credential-store.ts';
import { type Application, createApplicationProfile } from '../profiles/application.ts';
import type { ApplicationStore, OperationOptions, SetResult } from './application-store.ts';
import {
  addSettings,
  checkStores,
  createCallbackTerminal,
  formatKeystowCommand,
  listSettingsInCode,
  reportSettings,
  type StorageSettings,
  toBinding,
  toPresetPassphrases,
  type UserInteraction,
} from './options.ts';
import { createTokenMethods } from './token-methods.ts';
import { copySecret, formatJson, parseJson, requireText } from './values.ts';

export interface OpenOptions extends StorageSettings, UserInteraction {
  /** The application, or only its name. */
  readonly application: Application | string;
  /** The environment variables to read, once. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * The module `@napi-rs/keyring`, which the Keychain and the Credential Manager need. Default: the one that is installed with
   * keystow. Pass it if you bundle your program, because a bundler can't see what keystow loads when it's needed.
   */
  readonly binding?: object;
  /**
   * Stores of the application's own, best first, in place of the machine's OS stores: for tests, `createMemoryStore` of
   * `keystow/testing`. If none of them is usable, the encrypted file is.
   */
  readonly stores?: readonly CustomStore[];
  /**
   * Whether `get` may return an item that another program stored under the same service and account, if the application
   * has none: of `secret-tool`, Python's keyring or the `keystow` command, for example. A notice reports it. Such items
   * are never listed, changed or deleted. Default: `false`.
   */
  readonly readOthers?: boolean;
}

/**
 * Opens the credentials of an application. Only reads environment variables: the first operation opens a store.
 * Rejects with `invalid-setting` if a variable, the name, the prefix, the binding, a store or a setting is invalid.
 *
 * You can open several stores at the same time: they share no state. The only global that keystow reads is `process`.
 */
export async function openCredentialStore(options: OpenOptions): Promise<ApplicationStore> {
  // A program in JavaScript may pass nothing: the name of its application is then invalid.
  const { application, readOthers: readsOthers = false } = options ?? {};
  return openProfile({ ...createApplicationProfile(application), readsOthers }, options);
}

/** Throws `invalid-setting` for an invalid variable. */
export function openProfile(profile: Profile, options: Omit<OpenOptions, 'application'>): ApplicationStore {
  const closing = new AbortController();
  allowManyListeners(closing.signal);
  const environment = { ...(options.environment ?? process.env) };
  const merged = addSettings(profile, options, environment);
  const context = createContext({
    profile: {
      ...profile,
      command: formatKeystowCommand(profile, merged),
      setInCode: listSettingsInCode(profile, options, environment),
    },
    environment: merged,
    interactive: options.interactive ?? false,
    longRunning: true,
    explainsOnce: true,
    binding: options.binding && toBinding(options.binding),
    presetPassphrases: toPresetPassphrases(options),
    custom: checkStores(options.stores ?? []),
    signal: closing.signal,
    terminal: ({ quiet }) => createCallbackTerminal(options, quiet),
  });
  const set = createSetter(context);
  let closed: Promise<void> | undefined;

  async function operate<T>(options: OperationOptions | undefined, work: (context: Context) => Promise<T>): Promise<T> {
    if (closed !== undefined) throw new CredentialError('closed', 'the credential store has been closed');
    // Small files are read synchronously, so a loop of reads would block the event loop without this.
    await yieldToEvents();
    return work(options?.signal ? { ...context, signal: options.signal } : context);
  }

  const get: ApplicationStore['get'] = (service, account, options) =>
    operate(options, (context) => getCredential(context, toCredentialName(service, account)));

  const getText: ApplicationStore['getText'] = async (...args) => {
    const secret = await get(...args);
    return secret && requireText(secret);
  };

  const setValue: ApplicationStore['set'] = async (service, account, value, options) => {
    const secret = copySecret(value);
    const allowEmpty = options?.allowEmpty ?? false;
    return operate(options, (context) => {
      const name = toCredentialName(service, account);
      if (secret.expose().length === 0 && !allowEmpty) throw emptySecretError();
      return set(context, name, secret, { allowEmpty, ...toExpiry(options?.expiresAt, context.clock()) });
    });
  };

  const { settle, ...tokenMethods } = createTokenMethods(operate, closing.signal);

  const close = () => {
    closing.abort();
    // New tokens that a server has sent are stored first.
    closed ??= settle().then(() => context.stores.close());
    return closed;
  };

  return {
    get,
    getText,
    set: setValue,
    has: async (...args) => (await get(...args)) !== undefined,
    getJson: async <T>(...args: Parameters<ApplicationStore['get']>) => {
      const text = await getText(...args);
      return text === undefined ? undefined : parseJson<T>(text);
    },
    setJson: async (service, account, value, options) => setValue(service, account, formatJson(value), options),
    ...tokenMethods,
    delete: (service, account, options) =>
      operate(options, async (context) => {
        const { deleteCredential } = await import('../app/credentials/delete-credential.ts');
        return deleteCredential(context, toCredentialName(service, account));
      }),
    list: (service, options) =>
      operate(options, async (context) => {
        const { listCredentials } = await import('../app/credentials/list-credentials.ts');
        return listCredentials(context, service);
      }),
    migrate: async (to, { service, dryRun = false, ...options } = {}) =>
      operate(options, async (context) => {
        const { findMigrationScope, migrate } = await import('../app/reconcile/migrate.ts');
        const target = toStoreId(context, 'to', to);
        const scope = await findMigrationScope(context, target, service);
        return collect(migrate(context, scope, { to: target, dryRun }));
      }),
    repair: async ({ keep, ...options } = {}) =>
      operate(options, async (context) => {
        const { repair } = await import('../app/reconcile/repair.ts');
        return collect(repair(context, keep && toStoreId(context, 'keep', keep)));
      }),
    changePassphrase: (options) => operate(options, (context) => reseal(context, 'passphrase')),
    removePassphrase: (options) => operate(options, (context) => reseal(context, 'home')),
    report: (operation) =>
      operate(operation, async (context) => {
        const { examine } = await import('../app/doctor/examine.ts');
        const { storage, selection, expiring } = await examine(context);
        const { settings } = context;
        const { credentialsPath, placementPath } = settings;
        return {
          storage,
          selection,
          expiring,
          files: { credentials: credentialsPath, placement: placementPath },
          settings: reportSettings(profile, options, environment, settings, dirname(credentialsPath)),
        };
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Every running operation adds a listener. Node would warn about a leak from the eleventh on. */
function allowManyListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal of jsdom, in a test: Node doesn't know it, and so doesn't warn either.
  }
}

async function collect<T>(results: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const result of results) collected.push(result);
  return collected;
}

function toStoreId({ stores }: Context, option: string, word: StoreId): StoreId {
  if (storeWords.includes(word) || stores.candidates.some((candidate) => candidate === word))
    return resolveStoreWord(word, stores.candidates);
  throw new CredentialError('invalid-input', `invalid store for ${option}`, {
    hint: `use one of ${storeWords.join(', ')}`,
  });
}

async function reseal(context: Context, keySource: KeySource): Promise<boolean> {
  const { changePassphrase } = await import('../app/encrypted-file.ts');
  return (await changePassphrase(context, keySource)) !== undefined;
}

function emptySecretError(): CredentialError {
  return new CredentialError('invalid-input', 'the secret is empty, so nothing was stored', {
    hint: 'to store an empty secret, pass the option allowEmpty: true',
  });
}

/** Not a time, or not in the future → `invalid-input`. */
function toExpiry(time: unknown, now: string): Expiring {
  if (time === undefined) return {};
  const date = new Date(typeof time === 'string' ? time : typeof time === 'object' ? Number(time) : Number.NaN);
  if (date.getTime() > Date.parse(now) && date.getUTCFullYear() <= 9999) return { expiresAt: date.toISOString() };
  throw new CredentialError('invalid-input', 'invalid option expiresAt, so nothing was stored', {
    hint: 'pass a Date in the future, or a text in the format of its toISOString',
  });
}

type SetSecret = (
  context: Context,
  name: CredentialName,
  secret: Secret,
  options: { readonly allowEmpty: boolean } & Expiring,
) => Promise<SetResult>;

/** Returns a function that selects a store on its first call, and again after a call that failed. */
function createSetter(selectionContext: Context): SetSecret {
  let selection: Promise<Selected> | undefined;
  return async (context, name, secret, options) => {
    // One after the other: vitest's vmThreads fails to link what two imports share while it loads both.
    const { selectStore } = await import('../app/credentials/select-store.ts');
    const { setCredential } = await import('../app/credentials/set-credential.ts');
    const { explainSkipped } = await import('../app/doctor/selection-report.ts');
    // Concurrent calls share the selection, so it isn't cancelled by the signal of one of them.
    selection ??= selectStore(selectionContext);
    const current = selection;
    try {
      const { store, skipped, replaced, stale } = await setCredential(context, name, secret, {
        selected: await current,
        ...options,
      });
      return { store, skipped: explainSkipped(skipped, context.host), replaced, stale };
    } catch (error) {
      if (selection === current) selection = undefined;
      throw error;
    }
  };
}
