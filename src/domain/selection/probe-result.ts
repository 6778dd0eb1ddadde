/** Reasons that a machine simply does not have this store. Passed over in silence. (ENOTSUP) */
export const unsupportedReasons = [
  'disabled',
  'binding-missing',
  'no-session-bus',
  'not-installed',
  'volatile',
] as const;

/** Reasons that a store which is there does not serve. Passed over with a warning. (ESERVICE) */
export const serviceFailureReasons = [
  'not-running',
  'locked',
  'no-collection',
  'denied',
  'timed-out',
  'round-trip-mismatch',
  'ambiguous',
  'failed',
] as const;

export type UnsupportedReason = (typeof unsupportedReasons)[number];
export type ServiceFailureReason = (typeof serviceFailureReasons)[number];
export type Reason = UnsupportedReason | ServiceFailureReason;
export type ReasonClass = 'unsupported' | 'service-failure';

/** The class that a reason belongs to. */
export function classifyReason(reason: Reason): ReasonClass {
  return (unsupportedReasons as readonly Reason[]).includes(reason) ? 'unsupported' : 'service-failure';
}

/** Programs that serve the Secret Service. */
export const providers = ['gnome-keyring', 'kwallet', 'keepassxc'] as const;

export type Provider = (typeof providers)[number];

/** What was seen beside the reason, so that explanation and fix can be exact. Never a secret. */
export interface Evidence {
  readonly provider?: Provider;
  /** The provider runs, but its Secret Service is switched off in its settings. */
  readonly switchedOff?: boolean;
  /** The provider is unlocked, and asks its user before each access. */
  readonly asksEachTime?: boolean;
  /** There is no session bus, nor a program that could start one. */
  readonly busMissing?: boolean;
  /** The session bus takes connections, and answers nothing. */
  readonly busSilent?: boolean;
  /** The user was asked to unlock it, and would not. */
  readonly dismissed?: boolean;
  /** The platform's own words. */
  readonly text?: string;
}

/** What a probe saw: a fact. Judging it is {@link transition}'s job. */
export type ProbeResult =
  | { readonly kind: 'usable'; readonly persistence: Persistence; readonly evidence?: Evidence }
  | { readonly kind: 'unsupported'; readonly reason: UnsupportedReason; readonly evidence?: Evidence }
  | { readonly kind: 'service-failure'; readonly reason: ServiceFailureReason; readonly evidence?: Evidence };

/** How long a store keeps what it is given, shortest first. */
export const persistences = ['until-exit', 'until-logout', 'until-reboot', 'until-delete'] as const;

export type Persistence = (typeof persistences)[number];
