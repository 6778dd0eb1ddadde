import type { Context } from '../app/context.ts';
import type { Removal } from '../app/remove-everywhere.ts';
import type { SignedOut } from '../app/sign-out.ts';
import { assertNever } from '../domain/assert-never.ts';
import { type CredentialName, isSameName } from '../domain/credential-name.ts';
import { formatRemovalCommand, type RemovalPlace } from '../domain/entries/removal-command.ts';
import { storeNames } from '../domain/store-id.ts';

/** What became of a credential in each store, a line each. */
export function removalLines(name: CredentialName, removals: readonly Removal[], context: Context): string {
  const exactTarget = context.profile.windowsTargets?.find((exact) => isSameName(exact, name))?.target;
  const place = { platform: context.host.platform, path: context.settings.credentialsPath, exactTarget };
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
      return `${what}${why}; to remove it: ${formatRemovalCommand(removal.store, name, place)}`;
    }
    default:
      return assertNever(removal);
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
