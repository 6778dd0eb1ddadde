import { setMaxListeners } from 'node:events';
import type { Context } from '../app/context.ts';
import { getCredential } from '../app/get-credential.ts';
import { createContext } from '../composition/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { toCredentialName } from '../domain/credential-name.ts';
import type { Profile } from '../domain/profile.ts';
import { Secret } from '../domain/secret.ts';
import { createBystander } from './bystander.ts';
import type { CredentialStore, OperationOptions } from './credential-store.ts';
import type { OpenOptions } from './open-credential-store.ts';
import { setInChosenStore } from './set-in-chosen-store.ts';

/** A variable that means nothing → throws `invalid-setting`. */
export function openProfile(profile: Profile, options: Omit<OpenOptions, 'application'>): CredentialStore {
  const closing = new AbortController();
  // Each operation under way listens: a warning of Node's would take their number for a leak.
  setMaxListeners(0, closing.signal);
  const context = createContext({
    profile,
    environment: { ...(options.environment ?? process.env) },
    prompting: options.interactive ?? false,
    lasting: true,
    signal: closing.signal,
    terminal: ({ quiet }) => createBystander(options, quiet),
  });
  const set = setInChosenStore(context);
  let closed: Promise<void> | undefined;

  async function operate<T>(options: OperationOptions | undefined, work: (context: Context) => Promise<T>): Promise<T> {
    if (closed !== undefined) throw new CredentialError('closed', 'the credential store has been closed');
    // A small file is read at once: who reads many in a loop is to leave turns for everything else of the process.
    await new Promise((done) => setImmediate(done));
    return work(options?.signal ? { ...context, signal: options.signal } : context);
  }

  const get: CredentialStore['get'] = (service, account, options) =>
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
      return secret && textOf(secret);
    },
    set: (service, account, secret, options) => {
      const kept = secretOf(secret);
      return operate(options, (context) => set(context, toCredentialName(service, account), kept));
    },
    delete: (service, account, options) =>
      operate(options, async (context) => {
        const { deleteCredential } = await import('../app/delete-credential.ts');
        return deleteCredential(context, toCredentialName(service, account));
      }),
    list: (service, options) =>
      operate(options, async (context) => {
        const { listCredentials } = await import('../app/list-credentials.ts');
        return listCredentials(context, service);
      }),
    report: (options) =>
      operate(options, async (context) => {
        const { examine } = await import('../app/doctor.ts');
        const { storage, selection } = await examine(context);
        return { storage, selection };
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A copy, so that whoever reuses the buffer does not change what is being written. */
function secretOf(given: Secret | Uint8Array | string): Secret {
  if (given instanceof Secret) return given;
  return new Secret(typeof given === 'string' ? new TextEncoder().encode(given) : Uint8Array.from(given));
}

function textOf(secret: Secret): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(secret.expose());
  } catch {
    throw new CredentialError('invalid-input', 'the secret is not UTF-8 text', { hint: 'read its bytes with get' });
  }
}
