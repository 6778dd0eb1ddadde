import { CredentialError } from '../../domain/credential-error.ts';
import type { Evidence, ProbeResult, Provider, Reason } from '../../domain/selection/probe-result.ts';
import { toOneLine } from '../../domain/text/messages.ts';
import { BusError } from './dbus/errors.ts';

/** Why an operation did not get through. */
export type SecretServiceErrorCode =
  | Exclude<Reason, 'disabled' | 'binding-missing' | 'volatile'>
  | 'too-large'
  | 'cancelled';

/** What the adapter throws within; to-error.ts makes of it what callers see. */
export class SecretServiceError extends Error {
  readonly code: SecretServiceErrorCode;
  readonly evidence: Evidence;

  constructor(code: SecretServiceErrorCode, evidence: Evidence = {}, cause?: unknown) {
    super(evidence.text ?? code, { cause });
    this.code = code;
    this.evidence = evidence;
  }
}

/** Errors that the bus and the provider answer with, by name without `org.freedesktop.`. Any other is `failed`. */
const errorReplies: Readonly<Record<string, SecretServiceErrorCode>> = {
  'DBus.Error.AccessDenied': 'denied',
  'DBus.Error.AuthFailed': 'denied',
  'DBus.Error.Timeout': 'timed-out',
  'DBus.Error.TimedOut': 'timed-out',
  'DBus.Error.NameHasNoOwner': 'not-running',
  'DBus.Error.ServiceUnknown': 'not-running',
  'Secret.Error.IsLocked': 'locked',
};

/** Errors of connecting, by `errno`. Any other says that no bus listens there. */
const connectErrors: Readonly<Record<string, SecretServiceErrorCode>> = {
  EACCES: 'denied',
  EPERM: 'denied',
  EAGAIN: 'timed-out',
  EMFILE: 'failed',
  ENFILE: 'failed',
};

/** The provider's name has no owner. */
const unowned = ['DBus.Error.NameHasNoOwner', 'DBus.Error.ServiceUnknown'];

/** The provider, or the bus, is no longer the one that the session was opened with. */
const lost = [...unowned, 'DBus.Error.Disconnected', 'DBus.Error.NoReply', 'Secret.Error.NoSession'];

/** The object was there a moment ago: another client has deleted it since. */
const vanished = [
  'DBus.Error.UnknownObject',
  'DBus.Error.UnknownMethod',
  'DBus.Error.UnknownInterface',
  'Secret.Error.NoSuchObject',
];

const messages: Readonly<Record<SecretServiceErrorCode, string>> = {
  'no-session-bus': 'there is no session bus to reach the Secret Service by',
  'not-installed': 'nothing that provides the Secret Service is installed',
  'not-running': 'the Secret Service is not running',
  locked: 'the Secret Service is locked',
  'no-collection': 'the Secret Service has no default collection',
  denied: 'access to the Secret Service is denied',
  'timed-out': 'the Secret Service did not answer in time',
  'round-trip-mismatch': 'the Secret Service gave back another secret than it was given',
  ambiguous: 'several items of the Secret Service match, and none of them is certainly the right one',
  failed: 'the Secret Service failed',
  'too-large': 'the secret is larger than the Secret Service is asked to keep',
  cancelled: 'the operation was cancelled',
};

const ambiguityHint =
  'keep one of the items that "secret-tool search --all service SERVICE" shows, and delete the others';

/** There is no getting through to this address of the bus. */
export function isConnectError(thrown: unknown): boolean {
  const error = unwrap(thrown);
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

export function isUnowned(error: unknown): boolean {
  return unowned.includes(getErrorName(error));
}

/** A new session may do better: nothing of this one can be used. */
export function isSessionLost(error: unknown): boolean {
  return lost.includes(getErrorName(error)) || ['EPIPE', 'ECONNRESET'].includes(getErrno(error));
}

/** The same again, from the search on, may do better. */
export function isItemGone(error: unknown): boolean {
  return vanished.includes(getErrorName(error));
}

/** What went wrong, with the provider where it is known and the platform's words where there are some. */
export function toSecretServiceError(error: unknown, provider?: Provider): SecretServiceError {
  if (error instanceof SecretServiceError)
    return new SecretServiceError(error.code, { ...(provider && { provider }), ...error.evidence }, error.cause);
  const text = formatText(error);
  return new SecretServiceError(toCode(error), { ...(provider && { provider }), ...(text && { text }) }, error);
}

export function toError({ code, evidence, cause }: SecretServiceError): CredentialError {
  const text = evidence.text === undefined ? '' : `: ${evidence.text}`;
  const hint = code === 'ambiguous' ? ambiguityHint : undefined;
  return new CredentialError(code, `${messages[code]}${text}`, { ...(hint && { hint }), evidence, cause });
}

/** What a probe saw, where it did not end well. A limit that only operations have is a bug here. */
export function toProbeResult({ code, evidence }: SecretServiceError): ProbeResult {
  const seen = { ...(Object.keys(evidence).length > 0 && { evidence }) };
  switch (code) {
    case 'no-session-bus':
    case 'not-installed':
      return { kind: 'unsupported', reason: code, ...seen };
    case 'too-large':
    case 'cancelled':
      return { kind: 'service-failure', reason: 'failed', ...seen };
    default:
      return { kind: 'service-failure', reason: code, ...seen };
  }
}

function toCode(error: unknown): SecretServiceErrorCode {
  if (error instanceof BusError) return errorReplies[getErrorName(error)] ?? 'failed';
  return isConnectError(error) ? (connectErrors[getErrno(error)] ?? 'no-session-bus') : 'failed';
}

/** A D-Bus error's name without what all of them start with. */
function getErrorName(thrown: unknown): string {
  const error = unwrap(thrown);
  return error instanceof BusError ? error.errorName.replace('org.freedesktop.', '') : '';
}

function getErrno(thrown: unknown): string {
  const error = unwrap(thrown);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function unwrap(thrown: unknown): unknown {
  return thrown instanceof SecretServiceError ? thrown.cause : thrown;
}

function formatText(error: unknown): string {
  return toOneLine(error instanceof Error ? error.message || getErrorName(error) : String(error));
}
