import { CredentialError } from '../../domain/credential-error.ts';
import type { Secret } from '../../domain/secret.ts';

/** Largest secret in an OS keyring or pass, whatever the limit of a single item there. */
const maxSecretBytes = 8 * 1024 * 1024;

/** Larger than {@link maxSecretBytes} → `too-large`. */
export function checkSecretSize(secret: Secret): void {
  if (secret.expose().length > maxSecretBytes) {
    throw new CredentialError('too-large', 'the secret is larger than 8 MiB');
  }
}
