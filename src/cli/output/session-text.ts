import type { Context } from '../../app/context.ts';
import type { Removal } from '../../app/credentials/delete-credential.ts';
import type { SignOutResult } from '../../app/sign-in/change-session.ts';
import { formatRemovalCommand, type RemovalContext } from '../../domain/advice/commands.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, isSameName } from '../../domain/credential-name.ts';
import type { DifyAccount } from '../../domain/sign-in/dify.ts';
import type { Session } from '../../domain/sign-in/session.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { assertNever } from '../../domain/text/messages.ts';
import type { TokenSet } from '../../domain/token-set.ts';
import type { DevicePrompt } from '../../ports/sign-in/sign-in.ts';

export const noBrowserText = 'no browser could be opened: open the address yourself';
export const notSignedInText = 'not signed in';
export const nothingToRemoveText = 'nothing to remove';

export function formatUrlPrompt(url: string): string {
  return `to sign in, open this address in a browser on this machine: ${url}`;
}

/** For somebody whose browser may be on another machine. `redirectUri`: what that browser can't open. */
export function formatRemotePrompt(url: string, redirectUri: string): { readonly line: string; readonly hint: string } {
  const { port } = new URL(redirectUri);
  return {
    line: `to sign in, open this address in a browser: ${url}`,
    hint: `if that browser is on another machine, run this there first: ssh -L ${port}:127.0.0.1:${port} HOST`,
  };
}

export const pastePrompt = 'If the last page cannot be opened, paste its address here (the input is hidden):';

export function formatCodePrompt({ verificationUri, userCode }: DevicePrompt): string {
  return `to sign in, open ${verificationUri} and type ${userCode}`;
}

export function formatSubject(subject: TokenSet['subject']): string {
  const name = subject?.email ?? subject?.name ?? subject?.id;
  return name === undefined ? 'signed in' : `signed in as ${name}`;
}

export function formatUnknownSubject(reason: string): string {
  return `the tokens were stored, but it is unknown who signed in: ${reason}`;
}

/** What `auth status` shows of a session. Never its tokens. */
export interface SessionReport {
  readonly kind: Session['kind'];
  readonly issuer?: string;
  readonly subject?: { readonly id: string; readonly email?: string; readonly name?: string };
  readonly expiresAt?: string;
  readonly renewable?: boolean;
  readonly store?: StoreId;
  /** Why the session can't be read, and what to do. */
  readonly error?: string;
  readonly hint?: string;
}

export function toSessionReport(session: Session, storeId: StoreId | undefined): SessionReport {
  const store = storeId && { store: storeId };
  if (session.kind === 'api-key') return { kind: session.kind, ...store };
  const { kind, issuer, tokens } = session;
  return {
    kind,
    issuer,
    ...(tokens.subject && { subject: tokens.subject }),
    ...(tokens.expiresAt && { expiresAt: tokens.expiresAt }),
    renewable: tokens.refreshToken !== undefined,
    ...store,
  };
}

export function formatSession(report: SessionReport): readonly string[] {
  const { kind, issuer, subject, expiresAt, renewable, store, error, hint } = report;
  return [
    kind === 'api-key' ? 'signed in with an API key' : formatSubject(subject),
    ...(issuer ? [`  at ${issuer}`] : []),
    ...(expiresAt ? [`  until ${expiresAt}${renewable ? ', then renewed automatically' : ''}`] : []),
    ...(store ? [`  stored in the ${storeNames[store]}`] : []),
    ...(error ? [`  cannot be read: ${error}`] : []),
    ...(hint ? [`  hint: ${hint}`] : []),
  ];
}

/** A line for each store. */
export function formatRemovals(
  name: CredentialName,
  removals: readonly Removal[],
  context: Context,
): readonly string[] {
  const place: RemovalContext = {
    platform: context.host.platform,
    path: context.settings.credentialsPath,
    windowsTarget: context.profile.windowsTargets?.find((exact) => isSameName(exact, name))?.target,
  };
  return removals.map((removal) => `${storeNames[removal.store]}: ${formatRemoval(name, removal, place)}`);
}

function formatRemoval(name: CredentialName, removal: Removal, place: RemovalContext): string {
  switch (removal.outcome) {
    case 'removed':
      return 'removed';
    case 'absent':
      return 'nothing there';
    case 'unavailable':
      return removal.error instanceof CredentialError && removal.error.code === 'not-installed'
        ? 'not on this machine'
        : `not asked${formatReason(removal.error)}`;
    case 'unreachable': {
      const status = removal.known ? 'not removed' : 'unavailable';
      return `${status}${formatReason(removal.error)}; to remove it: ${formatRemovalCommand(removal.store, name, place)}`;
    }
    default:
      return assertNever(removal);
  }
}

function formatReason(error: unknown): string {
  return error instanceof Error ? ` (${error.message})` : '';
}

export function formatRevocation(server: SignOutResult['server']): string {
  switch (server) {
    case 'revoked':
      return 'server: revoked';
    case 'unsupported':
      return 'server: does not support revocation; the tokens stay valid until they expire';
    case 'nothing':
      return 'server: nothing to revoke';
    default:
      return `server: not revoked (${server.message}); revoke the access in your account there`;
  }
}

export function formatDifyAccount({ subject, host }: DifyAccount): string {
  return `${subject} at ${host}`;
}

export function formatDifyRemovals(
  signIn: DifyAccount & CredentialName,
  removals: readonly Removal[],
  context: Context,
): readonly string[] {
  return [formatDifyAccount(signIn), ...formatRemovals(signIn, removals, context).map((line) => `  ${line}`)];
}
