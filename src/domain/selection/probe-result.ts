/** What a probe saw. `transition` decides what follows from it. */
export type ProbeResult =
  | { readonly kind: 'usable'; readonly persistence: Persistence; readonly evidence?: Evidence }
  | { readonly kind: 'unsupported'; readonly reason: UnsupportedReason; readonly evidence?: Evidence }
  | { readonly kind: 'service-failure'; readonly reason: ServiceFailureReason; readonly evidence?: Evidence };

/** How long a store keeps credentials, shortest first. */
export const persistences = ['until-exit', 'until-logout', 'until-reboot', 'until-delete'] as const;

export type Persistence = (typeof persistences)[number];

/** The machine does not have this store, or keystow cannot or must not use it. It is skipped without a warning. */
export const unsupportedReasons = [
  'disabled',
  'binding-missing',
  'no-session-bus',
  'not-installed',
  'volatile',
] as const;

/** The machine has this store, but it does not work. It is skipped with a warning. */
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

export function classifyReason(reason: Reason): ReasonClass {
  return (unsupportedReasons as readonly Reason[]).includes(reason) ? 'unsupported' : 'service-failure';
}

/** Programs that provide the Secret Service. */
export const providers = ['gnome-keyring', 'kwallet', 'keepassxc'] as const;

export type Provider = (typeof providers)[number];

/**
 * Why the socket of a bus isn't trusted: it or its folder belongs to another user, or to somebody outside of the user
 * namespace, or others can write to the folder, or it's an address of another transport, such as `tcp:`.
 */
export const untrustedBuses = ['foreign', 'unmapped', 'writable', 'transport'] as const;

export type UntrustedBus = (typeof untrustedBuses)[number];

/** Who can keep this program from talking to the provider: the proxy of a sandbox, or the policy of the bus. */
export const deniers = ['sandbox', 'policy'] as const;

export type DeniedBy = (typeof deniers)[number];

/** Details besides the reason, so that the explanation and the fix can be exact. Never a secret. */
export interface Evidence {
  readonly provider?: Provider;
  /** The provider is running, but its Secret Service is disabled in its settings. */
  readonly switchedOff?: boolean;
  /** A signal such as SIGSTOP has suspended the provider. */
  readonly suspended?: boolean;
  /** The provider is unlocked, and asks its user before each access. */
  readonly asksEachTime?: boolean;
  /** No session bus is running, and no program that could start one is installed. */
  readonly busMissing?: boolean;
  /** No session bus was found, but the home folder has the files of a keyring. */
  readonly hasKeyring?: boolean;
  /** The environment says to use no session bus. */
  readonly busDisabled?: boolean;
  /** The session bus accepts connections but never answers. */
  readonly busSilent?: boolean;
  /** The bus that is used, and why, if it's not the one in the environment. */
  readonly otherBus?: string;
  /** The session bus wasn't contacted, because another user could be behind it. */
  readonly untrustedBus?: UntrustedBus;
  /** Who doesn't let this program talk to the provider. */
  readonly deniedBy?: DeniedBy;
  /** The user dismissed the prompt to unlock the store. */
  readonly dismissed?: boolean;
  /** The platform's own message. */
  readonly text?: string;
}
