import type { Context } from '../../../app/context.ts';
import type { Removal } from '../../../app/credentials/delete-credential.ts';
import { getCredential } from '../../../app/credentials/get-credential.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import {
  type CredentialName,
  formatName,
  formatShortReference,
  toCredentialName,
} from '../../../domain/credential-name.ts';
import type { PlacementIndex } from '../../../domain/placement/placement-index.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { Cli } from '../../cli.ts';
import type { Operand } from '../../command.ts';
import { exitCodes, toExitCode } from '../../exit.ts';

/** The two operands that name a credential. */
export const credentialOperands = {
  service: { describe: 'the service that the credential is for', completes: completeServices },
  account: { describe: 'the account at the service', completes: completeAccounts },
} as const satisfies Record<string, Operand>;

/** The words for a store (`storeWords`), for the help of an option. */
export const storeWordsText =
  'keychain (the OS keyring of any system), file (the encrypted file), secret-service, credential-manager or pass';

export function completeServices(index: PlacementIndex): readonly string[] {
  return index.map(({ service }) => service);
}

function completeAccounts(index: PlacementIndex, [service]: readonly string[]): readonly string[] {
  return index.filter((entry) => entry.service === service).flatMap(({ account }) => account || []);
}

/** `NAME=SERVICE/ACCOUNT` for each credential, once the name of the variable is typed. */
export function completeVariables(index: PlacementIndex, _: readonly string[], typed: string): readonly string[] {
  const [variable] = /^[^=]+=/.exec(typed) ?? [];
  return variable === undefined ? [] : index.map((entry) => `${variable}${formatShortReference(entry)}`);
}

/** Reads the secret of a credential, and returns it with the context it was read in. Rejects with `not-found`. */
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

/**
 * Like `toCredentialName`, for a name that is stored. Node replaces bytes of an argument that aren't UTF-8 by U+FFFD, so that
 * two names would become the same: one secret would replace the other. → `invalid-name`.
 */
export function toNewName(service: string, account: string): CredentialName {
  for (const [part, text] of Object.entries({ service, account })) {
    if (text.includes('\u{fffd}'))
      throw new CredentialError('invalid-name', `the ${part} is not UTF-8`, {
        hint: 'use Unicode characters in UTF-8',
      });
  }
  return toCredentialName(service, account);
}

export function notFoundError(name: CredentialName, program: string): CredentialError {
  return new CredentialError('not-found', `credential not found: ${formatName(name)}`, {
    hint: `list the stored credentials: ${program} list`,
  });
}

/** Sets the exit code if a store still has a credential that was to be removed. */
export function exitIfStillStored(cli: Cli, removals: readonly Removal[]): void {
  for (const { error } of removals.filter(isStillStored)) {
    cli.exitWith(error instanceof CredentialError ? toExitCode(error.code) : exitCodes.error);
  }
}

/** Whether a store is known to still have the credential, or nobody knows because the placement file is lost. */
function isStillStored(removal: Removal): removal is Extract<Removal, { outcome: 'unreachable' }> {
  return removal.outcome === 'unreachable' && (removal.known || removal.possible);
}
