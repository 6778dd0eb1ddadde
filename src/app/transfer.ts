import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { Selected } from '../domain/selection/selection.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { TransferredCredential } from '../domain/transfer/export-document.ts';
import { type Context, withLock } from './context.ts';
import { findCredential } from './credentials/find-credential.ts';
import { getCredential } from './credentials/get-credential.ts';
import { listCredentials } from './credentials/list-credentials.ts';
import { selectStore } from './credentials/select-store.ts';
import { verifyWritten, writeLocked } from './credentials/set-credential.ts';

/** Everything to export, and what couldn't be read. */
interface CollectedCredentials {
  readonly credentials: readonly TransferredCredential[];
  readonly failed: readonly { readonly name: CredentialName; readonly error: CredentialError }[];
}

/**
 * Reads the credentials of some services, or all that {@link listCredentials} finds.
 *
 * - a secret can't be read → it's among `failed`
 * - a store can't be listed, or the signal is aborted → rejects
 */
export async function collectCredentials(context: Context, services: readonly string[]): Promise<CollectedCredentials> {
  const listed = (await listCredentials(context)).filter(
    ({ service }) => services.length === 0 || services.includes(service),
  );
  const credentials: TransferredCredential[] = [];
  const failed: { name: CredentialName; error: CredentialError }[] = [];
  for (const { service, account } of listed) {
    const name = { service, account };
    try {
      const found = await findCredential(context, name);
      // Otherwise another process has removed it since it was listed.
      if (found) credentials.push({ ...name, ...found });
    } catch (error) {
      if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
      failed.push({ name, error });
    }
  }
  return { credentials, failed };
}

/** The outcome of one credential; of a dry run, the expected one. */
export type ImportReport = CredentialName &
  (
    | { readonly outcome: 'imported' | 'replaced'; readonly store: StoreId }
    /** It's stored already, with the same secret. */
    | { readonly outcome: 'unchanged' }
    /** `reason`: for people. */
    | { readonly outcome: 'skipped'; readonly reason: string; readonly hint?: string }
  );

interface ImportOptions {
  readonly dryRun: boolean;
  /** Whether an import replaces another secret of the same name. */
  readonly replaces: boolean;
}

/**
 * Stores credentials in the selected store, one after the other, reads each back, and yields the result. If the process is
 * killed, running it again completes the import.
 *
 * - another secret of that name is stored, and not `replaces` → `skipped`
 * - one credential can't be stored, such as one that is too large → `skipped`, with the reason
 * - the selection is rejected, the signal is aborted, or the store is unavailable → rejects
 */
export async function* importCredentials(
  context: Context,
  credentials: readonly TransferredCredential[],
  options: ImportOptions,
): AsyncGenerator<ImportReport> {
  if (credentials.length === 0) return;
  const selected = await selectStore(context);
  for (const credential of credentials) {
    const { service, account } = credential;
    const name = { service, account };
    try {
      yield { ...name, ...(await importCredential(context, name, credential, { ...options, selected })) };
    } catch (error) {
      if (!(error instanceof CredentialError) || !onlyThisCredential.has(error.code)) throw error;
      yield { ...name, outcome: 'skipped', reason: error.message };
    }
  }
}

/** Another program's item of that name isn't one of keystow's: an import from that program makes one. */
async function getOwn(context: Context, name: CredentialName): Promise<Secret | undefined> {
  let isForeign = false;
  const { terminal } = context;
  const warn: Context['terminal']['warn'] = (line, hint, code) => {
    if (code === 'other-program') isForeign = true;
    else if (code !== 'expired') terminal.warn(line, hint, code);
  };
  const secret = await getCredential({ ...context, terminal: { ...terminal, warn } }, name);
  return isForeign ? undefined : secret;
}

/** The errors after which the next credential may still be stored. */
const onlyThisCredential: ReadonlySet<string> = new Set([
  'too-large',
  'invalid-name',
  'round-trip-mismatch',
  'ambiguous',
]);

async function importCredential(
  context: Context,
  name: CredentialName,
  { secret, expiresAt }: { readonly secret: Secret; readonly expiresAt?: string },
  { dryRun, replaces, selected }: ImportOptions & { readonly selected: Selected },
): Promise<
  | { readonly outcome: 'imported' | 'replaced'; readonly store: StoreId }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'skipped'; readonly reason: string; readonly hint: string }
> {
  return withLock(context, name, async (held) => {
    const existing = await getOwn(context, name);
    if (existing?.equals(secret)) return { outcome: 'unchanged' };
    if (existing !== undefined && !replaces) {
      return { outcome: 'skipped', reason: 'another secret is stored', hint: 'to replace it, add --replace' };
    }
    const outcome = existing === undefined ? 'imported' : 'replaced';
    const { store } = selected;
    if (dryRun) return { outcome, store };
    await writeLocked(context, name, secret, store, held, expiresAt === undefined ? {} : { expiresAt });
    await verifyWritten(context, name, secret, store);
    return { outcome, store };
  });
}
