import type { Session } from '../domain/sign-in/session.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import { escapeControls } from './escape.ts';
import { whoLine } from './render.ts';

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
  const { issuer, grant } = session;
  return {
    kind: session.kind,
    issuer,
    ...(grant.subject && { subject: grant.subject }),
    ...(grant.expiresAt && { expiresAt: grant.expiresAt }),
    renewable: grant.refreshToken !== undefined,
    ...kept,
  };
}

export function sessionText({ kind, issuer, subject, expiresAt, renewable, store, error }: SessionFacts): string {
  return [
    kind === 'api-key' ? 'signed in with an API key\n' : whoLine(subject),
    issuer ? `  at ${escapeControls(issuer)}\n` : '',
    expiresAt ? `  until ${expiresAt}${renewable ? ', and renewed then' : ''}\n` : '',
    store ? `  kept in the ${storeNames[store]}\n` : '',
    error ? `  cannot be read: ${error}\n` : '',
  ].join('');
}
