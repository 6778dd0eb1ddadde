import type { Context } from '../app/context.ts';
import type { Removal } from '../app/remove-everywhere.ts';
import type { SignedOut } from '../app/sign-out.ts';
import { type CredentialName, sameName } from '../domain/credential-name.ts';
import { type RemovalPlace, removalCommand } from '../domain/removal-command.ts';
import { storeNames } from '../domain/store-id.ts';
import { unreachable } from '../domain/unreachable.ts';

/** What became of a credential in each store, a line each. */
export function removalLines(name: CredentialName, removals: readonly Removal[], context: Context): string {
  const exactTarget = context.profile.exactTargets?.find((exact) => sameName(exact, name))?.target;
  const place = { platform: context.where.platform, path: context.settings.credentialsPath, exactTarget };
  return removals.map((removal) => `${storeNames[removal.store]}: ${outcome(name, removal, place)}\n`).join('');
}

function outcome(name: CredentialName, removal: Removal, place: RemovalPlace): string {
  switch (removal.outcome) {
    case 'removed':
      return 'removed';
    case 'absent':
      return 'nothing there';
    case 'unreachable': {
      const what = removal.known ? 'still there' : 'could not be asked';
      const why = removal.error instanceof Error ? ` (${removal.error.message})` : '';
      return `${what}${why}; to remove it: ${removalCommand(removal.store, name, place)}`;
    }
    default:
      return unreachable(removal);
  }
}

export function revocationLine(server: SignedOut['server']): string {
  switch (server) {
    case 'revoked':
      return 'server: revoked\n';
    case 'unsupported':
      return 'server: does not revoke; what was given out holds until it expires\n';
    case 'nothing':
      return 'server: nothing to revoke\n';
    default:
      return `server: could not be told (${server.message}); revoke the access in your account there\n`;
  }
}
