import type { Context } from '../app/context.ts';
import type { Removal } from '../app/remove-everywhere.ts';
import type { SignedOut } from '../app/sign-out.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { removalCommand } from '../domain/removal-command.ts';
import { storeNames } from '../domain/store-id.ts';
import { unreachable } from '../domain/unreachable.ts';

/** What became of a credential in each store, a line each. */
export function removalLines(name: CredentialName, removals: readonly Removal[], { settings }: Context): string {
  return removals
    .map((removal) => `${storeNames[removal.store]}: ${outcome(name, removal, settings.credentialsPath)}\n`)
    .join('');
}

function outcome(name: CredentialName, removal: Removal, path: string): string {
  switch (removal.outcome) {
    case 'removed':
      return 'removed';
    case 'absent':
      return 'nothing there';
    case 'unreachable': {
      const what = removal.known ? 'still there' : 'could not be asked';
      const why = removal.error instanceof Error ? ` (${removal.error.message})` : '';
      return `${what}${why}; to remove it: ${removalCommand(removal.store, name, path)}`;
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
