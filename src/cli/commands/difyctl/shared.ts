import type { Context } from '../../../app/context.ts';
import { removeEverywhere } from '../../../app/credentials/delete-credential.ts';
import type { DifySignIn } from '../../../app/sign-in/dify-sign-ins.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { parseDifyAccount, parseDifyHost } from '../../../domain/sign-in/dify.ts';
import type { Cli } from '../../cli.ts';
import type { ValueOption } from '../../command.ts';
import { formatDifyRemovals } from '../../output/session-text.ts';
import { exitIfStillStored } from '../credentials/credential.ts';

export const hostOption = {
  value: 'HOST',
  describe: 'only the sign-ins at this host',
  parse: parseDifyHost,
  completes: (placement) => placement.flatMap((name) => parseDifyAccount(name, process.platform)?.host ?? []),
} as const satisfies ValueOption;

export function notSignedInError(host: string | undefined): CredentialError {
  return loginRequiredError(host ? `not signed in at ${host}` : 'not signed in', host);
}

export function signInExpiredError(host: string): CredentialError {
  return loginRequiredError(`the sign-in at ${host} has expired`, host);
}

function loginRequiredError(message: string, host: string | undefined): CredentialError {
  const hint = `run: difyctl auth login${host ? ` --host ${host}` : ''}`;
  return new CredentialError('not-signed-in', message, { hint });
}

/** Removes sign-ins from every store, and prints the result for each. */
export async function removeSignIns(cli: Cli, context: Context, signIns: readonly DifySignIn[]): Promise<void> {
  for (const signIn of signIns) {
    const removals = await context.renewal.lockOf(signIn)(() => removeEverywhere(context, signIn));
    await cli.print(formatDifyRemovals(signIn, removals, context));
    exitIfStillStored(cli, removals);
  }
}
