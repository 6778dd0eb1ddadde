import type { Context } from '../../app/context.ts';
import type { Removal } from '../../app/credentials/delete-credential.ts';
import type { SignOutResult } from '../../app/sign-in/sign-out.ts';
import { formatRemovalCommand, type RemovalContext } from '../../domain/advice/commands.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { type CredentialName, isSameName } from '../../domain/credential-name.ts';
import type { Session, TokenSet } from '../../domain/sign-in/session.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { escapeControls } from './text.ts';

/** What may be said of a session: nothing of its tokens. */
export interface SessionFacts {
  readonly kind: Session['kind'];
  readonly issuer?: string;
  readonly subject?: { readonly id: string; readonly email?: string; readonly name?: string };
  readonly expiresAt?: string;
  readonly renewable?: boolean;
  readonly store?: StoreId;
  /** Why it cannot be read, where that is so. */
  readonly error?: string;
}

export function sessionFacts(session: Session, store: StoreId | undefined): SessionFacts {
  const kept = store && { store };
  if (session.kind === 'api-key') return { kind: session.kind, ...kept };
  const { issuer, tokens } = session;
  return {
    kind: session.kind,
    issuer,
    ...(tokens.subject && { subject: tokens.subject }),
    ...(tokens.expiresAt && { expiresAt: tokens.expiresAt }),
    renewable: tokens.refreshToken !== undefined,
    ...kept,
  };
}

export function formatSession({ kind, issuer, subject, expiresAt, renewable, store, error }: SessionFacts): string {
  return [
    kind === 'api-key' ? 'signed in with an API key\n' : formatSubject(subject),
    issuer ? `  at ${escapeControls(issuer)}\n` : '',
    expiresAt ? `  until ${expiresAt}${renewable ? ', and renewed then' : ''}\n` : '',
    store ? `  kept in the ${storeNames[store]}\n` : '',
    error ? `  cannot be read: ${error}\n` : '',
  ].join('');
}

/** What became of a credential in each store, a line each. */
export function formatRemovals(name: CredentialName, removals: readonly Removal[], context: Context): string {
  const exactTarget = context.profile.windowsTargets?.find((exact) => isSameName(exact, name))?.target;
  const place = { platform: context.host.platform, path: context.settings.credentialsPath, exactTarget };
  return removals.map((removal) => `${storeNames[removal.store]}: ${removalOutcome(name, removal, place)}\n`).join('');
}

function removalOutcome(name: CredentialName, removal: Removal, place: RemovalContext): string {
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

export function formatRevocation(server: SignOutResult['server']): string {
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

/** Who signed in, as far as the server said. */
export function formatSubject(subject: TokenSet['subject']): string {
  const who = subject?.email ?? subject?.name ?? subject?.id;
  return who === undefined ? 'signed in\n' : `signed in as ${escapeControls(who)}\n`;
}
