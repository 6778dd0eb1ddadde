import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { TransferredCredential } from '../../domain/transfer/export-document.ts';
import type { Context } from '../context.ts';
import { findCredential } from '../credentials/find-credential.ts';
import { listCredentials } from '../credentials/list-credentials.ts';

/** Everything to export, and what couldn't be read. */
export interface CollectedCredentials {
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
