import { type Attribute, type Attributes, valueFor, valuesFor } from './attributes.ts';
import { isExpired } from './kept.ts';

/** What git understands beyond user names and passwords, by what it announces (git-credential(1), `capability[]`). */
export const capabilities = ['authtype', 'state'] as const;

export type Capability = (typeof capabilities)[number];

export function announces(request: Attributes, capability: Capability): boolean {
  return valuesFor(request, 'capability[]').includes(capability);
}

/**
 * What to tell git of a credential that it may use.
 *
 * - a pre-encoded credential, where git understands one; else the password → `given`
 * - past its time, but with a refresh token, with which another helper may get a new one → `renewable`, without what is
 *   past its time
 * - neither → `undefined`
 */
export function answerWith(
  request: Attributes,
  username: string | undefined,
  kept: Attributes,
  nowMs: number,
): { readonly kind: 'given' | 'renewable'; readonly attributes: Attributes } | undefined {
  const who: Attributes = username === undefined ? [] : [['username', username]];
  if (isExpired(kept, nowMs)) {
    const renewal = kept.filter(([key]) => key === 'oauth_refresh_token');
    return renewal.length > 0 ? { kind: 'renewable', attributes: [...who, ...renewal] } : undefined;
  }
  const encoded = announces(request, 'authtype');
  const understood = kept.filter(([key]) => encoded || (key !== 'authtype' && key !== 'credential'));
  const capability: readonly Attribute[] = understood.some(([key]) => key === 'authtype')
    ? [['capability[]', 'authtype']]
    : [];
  const usable = ['credential', 'password'].some((key) => valueFor(understood, key) !== undefined);
  return usable ? { kind: 'given', attributes: [...capability, ...who, ...understood] } : undefined;
}
