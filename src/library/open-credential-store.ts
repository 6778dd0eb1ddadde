import { setMaxListeners } from 'node:events';
import type { Context } from '../app/context.ts';
import { getCredential } from '../app/credentials/get-credential.ts';
import { createContext } from '../composition/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, toCredentialName } from '../domain/credential-name.ts';
import type { Profile } from '../domain/profile.ts';
import { Secret } from '../domain/secret.ts';
import type { Selected } from '../domain/selection/selection.ts';
import { type Application, toProfile } from './application.ts';
import type { ApplicationStore, OperationOptions, SetResult } from './credential-store.ts';
import { createCallbackTerminal, type UserInteraction } from './user-interaction.ts';

export interface OpenOptions extends UserInteraction {
  readonly application: Application;
  /** The variables that it reads, once: `process.env` unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the credentials of an application. Nothing is read, asked or connected to yet but the variables: one that means
 * nothing → rejects with `invalid-setting`.
 *
 * Nothing is shared between two stores that are opened, and no global is read but `process`.
 */
export async function openCredentialStore(options: OpenOptions): Promise<ApplicationStore> {
  return openProfile(toProfile(options.application), options);
}

/** A variable that means nothing → throws `invalid-setting`. */
export function openProfile(profile: Profile, options: Omit<OpenOptions, 'application'>): ApplicationStore {
  const closing = new AbortController();
  // Each operation under way listens: a warning of Node's would take their number for a leak.
  setMaxListeners(0, closing.signal);
  const context = createContext({
    profile,
    environment: { ...(options.environment ?? process.env) },
    interactive: options.interactive ?? false,
    longRunning: true,
    signal: closing.signal,
    terminal: ({ quiet }) => createCallbackTerminal(options, quiet),
  });
  const set = rememberSelection(context);
  let closed: Promise<void> | undefined;

  async function operate<T>(options: OperationOptions | undefined, work: (context: Context) => Promise<T>): Promise<T> {
    if (closed !== undefined) throw new CredentialError('closed', 'the credential store has been closed');
    // A small file is read at once: who reads many in a loop is to leave turns for everything else of the process.
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
      return secret && decodeText(secret);
    },
    set: (service, account, secret, options) => {
      const kept = toSecret(secret);
      return operate(options, (context) => set(context, toCredentialName(service, account), kept));
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
    report: (options) =>
      operate(options, async (context) => {
        const { examine } = await import('../app/doctor/examine.ts');
        const { storage, selection } = await examine(context);
        return { storage, selection };
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A copy, so that whoever reuses the buffer does not change what is being written. */
function toSecret(given: Secret | Uint8Array | string): Secret {
  if (given instanceof Secret) return given;
  return new Secret(typeof given === 'string' ? new TextEncoder().encode(given) : Uint8Array.from(given));
}

function decodeText(secret: Secret): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(secret.expose());
  } catch {
    throw new CredentialError('invalid-input', 'the secret is not UTF-8 text', { hint: 'read its bytes with get' });
  }
}

/** Keeps a secret; `context` is that of the one operation. */
type SetInStore = (context: Context, name: CredentialName, secret: Secret) => Promise<SetResult>;

/** Keeps secrets in the store that the first of them had chosen, until that one fails: then the next chooses anew. */
export function rememberSelection(lasting: Context): SetInStore {
  let chosen: Promise<Selected> | undefined;
  return async (context, name, secret) => {
    const [{ selectStore }, { setCredential }, { explainSkipped }] = await Promise.all([
      import('../app/credentials/select-store.ts'),
      import('../app/credentials/set-credential.ts'),
      import('../app/doctor/selection-report.ts'),
    ]);
    // Others wait for the same choice: the signal of whoever came first does not call it off.
    chosen ??= selectStore(lasting);
    const choice = chosen;
    try {
      const { store, skipped, stale } = await setCredential(context, name, secret, await choice);
      return { store, skipped: explainSkipped(skipped, context.host), stale };
    } catch (error) {
      if (chosen === choice) chosen = undefined;
      throw error;
    }
  };
}
