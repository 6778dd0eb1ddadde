import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import type { Secret } from '../../domain/secret.ts';
import { isCollectionLocked, method, noObject, type Peer, writeSecret } from './calls.ts';
import type { SessionEnvironment } from './dbus/address.ts';
import type { Call } from './dbus/header.ts';
import { BusError, type Reader } from './dbus/reader.ts';
import type { Writer } from './dbus/writer.ts';
import { SecretServiceError } from './operation.ts';
import { sessionCollection } from './probe.ts';
import { SecretServiceReader } from './secret-service-reader.ts';
import { isItemGone } from './to-error.ts';
import type { Attempt } from './with-retries.ts';

/**
 * Unlocks the default keyring of the GNOME Keyring that is running, with its password instead of a dialog. If there's none
 * that lasts, creates the login keyring with this password, and makes it the default. Nothing else about the daemon changes.
 *
 * - it's unlocked already → does nothing
 * - the password is wrong → `wrong-passphrase`
 * - another provider is running → `not-installed`; none → `not-running` or `not-installed`
 * - aborted → `cancelled`
 */
export async function unlockGnomeKeyring(
  environment: SessionEnvironment,
  password: Secret,
  signal: AbortSignal,
): Promise<void> {
  const keyring = new GnomeKeyring(environment);
  try {
    await keyring.unlock(password, signal);
  } finally {
    await keyring.close();
  }
}

class GnomeKeyring extends SecretServiceReader {
  constructor(environment: SessionEnvironment) {
    super({ environment, interaction: { interactive: false, notifyWaiting: () => undefined } });
  }

  async unlock(password: Secret, signal: AbortSignal): Promise<void> {
    try {
      await this.operate({ signal }, (attempt) => unlockOrCreate(attempt, password));
    } catch (error) {
      if (isCredentialError(error) && error.evidence?.text === wrongPassword) throw wrongPasswordError();
      throw error;
    }
  }
}

const wrongPassword = 'the password is wrong';

function wrongPasswordError(): CredentialError {
  return new CredentialError('wrong-passphrase', 'wrong password for GNOME Keyring', {
    hint: 'it is usually the password that you sign in with at the desktop',
  });
}

async function unlockOrCreate({ session, collection }: Attempt, password: Secret): Promise<void> {
  const { provider } = session;
  if (provider !== undefined && provider !== 'gnome-keyring')
    throw new SecretServiceError('not-installed', { provider, text: 'this one is not GNOME Keyring' });
  const path = await session.path;
  try {
    const isLasting = collection !== undefined && collection !== sessionCollection;
    const existing = isLasting ? collection : await findLoginCollection(session);
    if (existing !== undefined) await unlockCollection(session, existing, path, password);
    const found = existing ?? (await createLoginCollection(session, path, password));
    if (!isLasting) await setDefaultAlias(session, found);
  } catch (error) {
    throw toUnlockError(error);
  }
}

/** There may be one that isn't the default: somebody has removed the alias. */
async function findLoginCollection(peer: Peer): Promise<string | undefined> {
  const path = '/org/freedesktop/secrets/collection/login';
  try {
    await isCollectionLocked(peer, path);
    return path;
  } catch (error) {
    if (isItemGone(error)) return undefined;
    throw error;
  }
}

function toUnlockError(error: unknown): unknown {
  if (!(error instanceof BusError)) return error;
  if (error.errorName === 'org.gnome.keyring.Error.Denied')
    return new SecretServiceError('failed', { text: wrongPassword }, error);
  // Without the cause, which would count as an item that another client has deleted: the call would be repeated.
  if (/\.Unknown(Method|Interface)$/.test(error.errorName))
    return new SecretServiceError('not-installed', { text: 'this one cannot be unlocked with a password' });
  return error;
}

/** Its own name for what only GNOME's programs should call. It has been the same since version 2.29. */
function internalMethod<T>(
  peer: Peer,
  member: string,
  call: Pick<Call<T>, 'signature' | 'write' | 'replySignature' | 'read'>,
): Promise<T> {
  const name = method(peer, '/org/freedesktop/secrets', '', member);
  return peer.bus.call({ ...name, interface: 'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface', ...call });
}

function unlockCollection(peer: Peer, collection: string, session: string, password: Secret): Promise<void> {
  return internalMethod(peer, 'UnlockWithMasterPassword', {
    signature: 'o(oayays)',
    write(body: Writer) {
      body.writeString(collection);
      writeSecret(body, session, password.expose());
    },
    replySignature: '',
    read: () => undefined,
  });
}

/** Signing in at the desktop unlocks a collection of this name with the user's password. */
function createLoginCollection(peer: Peer, session: string, password: Secret): Promise<string> {
  return internalMethod(peer, 'CreateWithMasterPassword', {
    signature: 'a{sv}(oayays)',
    write(body: Writer) {
      body.writeArray(8, () => {
        body.writeString('org.freedesktop.Secret.Collection.Label');
        body.writeSignature('s');
        body.writeString('login');
      });
      writeSecret(body, session, password.expose());
    },
    replySignature: 'o',
    read: (reply: Reader) => reply.readString(),
  });
}

async function setDefaultAlias(peer: Peer, collection: string): Promise<void> {
  if (collection === noObject) throw new SecretServiceError('failed', { text: 'it created no keyring' });
  await peer.bus.call({
    ...method(peer, '/org/freedesktop/secrets', 'Service', 'SetAlias'),
    signature: 'so',
    write(body: Writer) {
      body.writeString('default');
      body.writeString(collection);
    },
    replySignature: '',
    read: () => undefined,
  });
}
