import { setMaxListeners } from 'node:events';
import { dirname } from 'node:path';
import type { Context } from '../app/context.ts';
import { decodeSecret, getCredential } from '../app/credentials/get-credential.ts';
import { createContext } from '../composition/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, toCredentialName } from '../domain/credential-name.ts';
import type { Profile } from '../domain/profile.ts';
import { exposeSecret, isBytes, Secret } from '../domain/secret.ts';
import type { Selected } from '../domain/selection/selection.ts';
import { type Application, createApplicationProfile } from '../profiles/application.ts';
import type { ApplicationStore, OperationOptions, SetResult } from './application-store.ts';
import {
  addSettings,
  createCallbackTerminal,
  reportSettings,
  type StorageSettings,
  toBinding,
  type UserInteraction,
} from './options.ts';

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
   * Whether `get` may return an item that another program stored under the same service and account, if the application
   * has none: of `secret-tool`, Python's keyring or the `keystow` command, for example. A notice reports it. Such items
   * are never listed, changed or deleted. Default: `false`.
   */
  readonly readOthers?: boolean;
}

/**
 * Opens the credentials of an application. Only reads environment variables: the first operation opens a store.
 * Rejects with `invalid-setting` if a variable, the name, the prefix the binding or a setting is invalid.
 *
 * You can open several stores at the same time: they share no state. The only global that keystow reads is `process`.
 */
export async function openCredentialStore(options: OpenOptions): Promise<ApplicationStore> {
  const { application, readOthers: readsOthers = false } = options;
  return openProfile({ ...createApplicationProfile(application), readsOthers }, options);
}

/** Throws `invalid-setting` for an invalid variable. */
export function openProfile(profile: Profile, options: Omit<OpenOptions, 'application'>): ApplicationStore {
  const closing = new AbortController();
  // Every running operation adds a listener. Node would warn about a leak from the eleventh on.
  setMaxListeners(0, closing.signal);
  const environment = { ...(options.environment ?? process.env) };
  const context = createContext({
    profile,
    environment: addSettings(profile, options, environment),
    interactive: options.interactive ?? false,
    longRunning: true,
    binding: options.binding && toBinding(options.binding),
    signal: closing.signal,
    terminal: ({ quiet }) => createCallbackTerminal(options, quiet),
  });
  const set = createSetter(context);
  let closed: Promise<void> | undefined;

  async function operate<T>(options: OperationOptions | undefined, work: (context: Context) => Promise<T>): Promise<T> {
    if (closed !== undefined) throw new CredentialError('closed', 'the credential store has been closed');
    // Small files are read synchronously, so a loop of reads would block the event loop without this.
    await new Promise((done) => setImmediate(done));
    return work(options?.signal ? { ...context, signal: options.signal } : context);
  }

  const get: ApplicationStore['get'] = (service, account, options) =>
    operate(options, (context) => getCredential(context, toCredentialName(service, account)));

  const close = () => {
    closing.abort();
    closed ??= context.stores.close();
    return closed;
  };

  return {
    get,
    getText: async (...args) => {
      const secret = await get(...args);
      return secret && requireText(secret);
    },
    set: async (service, account, value, options) => {
      const secret = copySecret(value);
      const allowEmpty = options?.allowEmpty ?? false;
      return operate(options, (context) => {
        const name = toCredentialName(service, account);
        if (secret.expose().length === 0 && !allowEmpty) throw emptySecretError();
        return set(context, name, secret, allowEmpty);
      });
    },
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
    report: (operation) =>
      operate(operation, async (context) => {
        const { examine } = await import('../app/doctor/examine.ts');
        const { storage, selection } = await examine(context);
        const { settings } = context;
        const { credentialsPath, placementPath } = settings;
        return {
          storage,
          selection,
          files: { credentials: credentialsPath, placement: placementPath },
          settings: reportSettings(profile, options, environment, settings, dirname(credentialsPath)),
        };
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Copies the bytes, because the caller may reuse its buffer before they are written. Anything else → `invalid-input`. */
function copySecret(value: unknown): Secret {
  if (typeof value === 'string' && value.isWellFormed()) return new Secret(new TextEncoder().encode(value));
  const bytes = exposeSecret(value) ?? (isBytes(value) ? value : undefined);
  if (bytes !== undefined) return new Secret(new Uint8Array(bytes));
  const fault = typeof value === 'string' ? 'is not well-formed Unicode' : `is ${describeType(value)}`;
  throw new CredentialError('invalid-input', `the secret ${fault}, so nothing was stored`, {
    hint: 'pass a string, a Uint8Array or a Secret',
  });
}

/** Names the type of an invalid secret, and nothing of its content. */
function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = /^\[object (Promise|ArrayBuffer|SharedArrayBuffer|DataView|\w+Array)\]$/.exec(
    Object.prototype.toString.call(value),
  );
  return `of type ${name?.[1] ?? 'object'}`;
}

function requireText(secret: Secret): string {
  const text = decodeSecret(secret);
  if (text !== undefined) return text;
  throw new CredentialError('invalid-input', 'the secret is not UTF-8 text', { hint: 'read its bytes with get' });
}

function emptySecretError(): CredentialError {
  return new CredentialError('invalid-input', 'the secret is empty, so nothing was stored', {
    hint: 'to store an empty secret, pass the option allowEmpty: true',
  });
}

type SetSecret = (context: Context, name: CredentialName, secret: Secret, allowEmpty: boolean) => Promise<SetResult>;

/** Returns a function that selects a store on its first call, and again after a call that failed. */
function createSetter(selectionContext: Context): SetSecret {
  let selection: Promise<Selected> | undefined;
  return async (context, name, secret, allowEmpty) => {
    const [{ selectStore }, { setCredential }, { explainSkipped }] = await Promise.all([
      import('../app/credentials/select-store.ts'),
      import('../app/credentials/set-credential.ts'),
      import('../app/doctor/examine.ts'),
    ]);
    // Concurrent calls share the selection, so it isn't cancelled by the signal of one of them.
    selection ??= selectStore(selectionContext);
    const current = selection;
    try {
      const { store, skipped, replaced, stale } = await setCredential(context, name, secret, {
        selected: await current,
        allowEmpty,
      });
      return { store, skipped: explainSkipped(skipped, context.host), replaced, stale };
    } catch (error) {
      if (selection === current) selection = undefined;
      throw error;
    }
  };
}
