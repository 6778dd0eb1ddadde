import type { Context } from '../../app/context.ts';
import { getCredential } from '../../app/credentials/get-credential.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Cli } from '../cli.ts';
import type { Operand } from '../command.ts';
import { formatName } from '../output/text.ts';

/** The two operands that name one credential. */
export const credentialOperands = {
  service: { describe: 'what the credential is for', completes: completeServices },
  account: { describe: 'whose it is', completes: completeAccounts },
} as const satisfies Record<string, Operand>;

/** Those that something is remembered of. */
export function completeServices(placement: PlacementIndex): readonly string[] {
  return placement.map(({ service }) => service);
}

function completeAccounts(placement: PlacementIndex, [service]: readonly string[]): readonly string[] {
  return placement.filter((placed) => placed.service === service).map(({ account }) => account);
}

/** The secret of a credential, and the context that it was read in. Kept nowhere → rejects with `not-found`. */
export async function requireSecret(
  cli: Cli,
  service: string,
  account: string,
): Promise<{ readonly secret: Secret; readonly context: Context }> {
  const name = toCredentialName(service, account);
  const context = cli.context();
  const secret = await getCredential(context, name);
  if (secret === undefined) throw notFoundError(name, cli.profile.program);
  return { secret, context };
}

export function notFoundError(name: CredentialName, program: string): CredentialError {
  return new CredentialError('not-found', `no credential for ${formatName(name)}`, {
    hint: `${program} list names what is kept; ${program} set keeps one`,
  });
}
