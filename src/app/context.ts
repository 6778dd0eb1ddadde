import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, formatName } from '../domain/credential-name.ts';
import type { HostInfo } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';
import type { StoreId } from '../domain/store-id.ts';
import { isError } from '../domain/text/messages.ts';
import type { TokenSet } from '../domain/token-set.ts';
import type { CredentialStore, OperationOptions } from '../ports/credential-store.ts';
import type { NoticeMemory, Terminal } from '../ports/interaction.ts';
import type { PlacementRepository } from '../ports/placement-repository.ts';
import type { RefreshedTokens } from '../ports/sign-in/sign-in.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock, Mutex, TimeLimit, Uninterrupted } from '../ports/system.ts';
import type { Settings } from './settings.ts';

/** What reading a secret works with. */
export interface ReadContext {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly host: HostInfo;
  readonly stores: ReadableStores;
  readonly placement: Pick<PlacementRepository, 'read'>;
  readonly terminal: Pick<Terminal, 'warn'>;
  /** Cancels the operation in progress. */
  readonly signal?: AbortSignal;
}

/** The part of {@link Stores} that reading a secret uses. */
export interface ReadableStores extends Pick<Stores, 'candidates'> {
  open(id: StoreId): Promise<Pick<CredentialStore, 'get'>>;
}

/** What every use case works with. */
export interface Context extends ReadContext {
  readonly stores: Stores;
  readonly placement: PlacementRepository;
  /** Returns the lock of a credential, which a process holds while it writes or removes copies: see {@link withLock}. */
  lockOf(name: CredentialName): Mutex;
  readonly renewal: RenewalServices;
  readonly terminal: Terminal;
  /** Remembers what the user was told on this machine. Absent: everything is reported each time. */
  readonly noticeMemory?: NoticeMemory;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What renewing tokens works with. */
export interface RenewalServices {
  /**
   * Returns the lock that a process holds from reading a credential to replacing it by what it has made of it, such as new
   * tokens from a server. It's another one than {@link Context.lockOf}, so that nobody's write waits for a server.
   * `limitMs`: longest wait while its holder makes no progress. Default: {@link renewalLimitMs}.
   */
  lockOf(name: CredentialName, limitMs?: number): Mutex;
  readonly uninterrupted: Uninterrupted;
  readonly withTimeLimit: TimeLimit;
  sleep(ms: number): Promise<void>;
  /**
   * Occupies the space that it takes to store the credential again, until the returned function is called. The disk is already
   * full → `file-io`.
   */
  reserveSpace(name: CredentialName): Promise<() => void>;
  /** Turns a text into one line without these secrets, however they are encoded. */
  redact(text: string, secrets: readonly string[]): Promise<string>;
  /** Renews tokens as their `renewal` says. Absent in a program that embeds keystow. */
  readonly refresh?: (tokens: TokenSet, options?: OperationOptions) => Promise<RefreshedTokens>;
}

/** How long other processes wait for one that renews: a server has 10 s to describe itself, and 30 s to send tokens. */
export const renewalLimitMs = 60_000;

/**
 * Runs `work` while no other process writes or removes copies of the credential.
 *
 * - nobody can create the lock, because the folder can't be written to → `work` runs without it: no other process can have
 *   it, and the keyrings still work
 * - it can't be created for any other reason, such as a full disk → rejects: another process may have it
 */
export async function withLock<T>(
  { lockOf, signal }: Context,
  name: CredentialName,
  work: (held: () => boolean) => Promise<T>,
): Promise<T> {
  let isRunning = false;
  const run = (held: () => boolean) => {
    isRunning = true;
    return work(held);
  };
  try {
    return await lockOf(name)(run, { signal });
  } catch (error) {
    if (isRunning || !isUnwritable(error)) throw error;
    return work(() => true);
  }
}

/** The folder is read-only, of another user or behind a broken link, or a file is in its place. */
const unwritableCodes: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'ELOOP'];

function isUnwritable(error: unknown): boolean {
  if (!(error instanceof CredentialError) || error.code !== 'file-io') return false;
  return isError(error.cause) && 'code' in error.cause && unwritableCodes.includes(error.cause.code);
}

/** Another process, which doesn't have the lock or has taken it over, wrote the credential meanwhile. */
export function changedMeanwhileError(name: CredentialName): CredentialError {
  return new CredentialError('file-busy', `another process has changed ${formatName(name)} meanwhile`, {
    hint: 'check which secret is stored, and try again',
  });
}
