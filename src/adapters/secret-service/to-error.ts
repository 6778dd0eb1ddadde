import { CredentialError } from '../../domain/credential-error.ts';
import type { ProbeResult, Provider } from '../../domain/selection/probe-result.ts';
import { isError, toOneLine } from '../../domain/text/messages.ts';
import { BusError } from './dbus/reader.ts';
import { SecretServiceError, type SecretServiceErrorCode } from './operation.ts';

/** The codes of error replies, by their name without `org.freedesktop.`. Any other is `failed`. */
const errorReplies: Readonly<Record<string, SecretServiceErrorCode>> = {
  'DBus.Error.AccessDenied': 'denied',
  'DBus.Error.AuthFailed': 'denied',
  'DBus.Error.Timeout': 'timed-out',
  'DBus.Error.TimedOut': 'timed-out',
  'DBus.Error.NameHasNoOwner': 'not-running',
  'DBus.Error.ServiceUnknown': 'not-running',
  'Secret.Error.IsLocked': 'locked',
};

/** The codes of connection errors, by `errno`. Any other means that no bus listens there. */
const connectErrors: Readonly<Record<string, SecretServiceErrorCode>> = {
  EACCES: 'denied',
  EPERM: 'denied',
  EAGAIN: 'timed-out',
  EMFILE: 'failed',
  ENFILE: 'failed',
};

/** Nobody owns the provider's name. */
const unowned = ['DBus.Error.NameHasNoOwner', 'DBus.Error.ServiceUnknown'];

/** The provider or the bus has ended, or was replaced, since the session was opened. */
const lost = [...unowned, 'DBus.Error.Disconnected', 'DBus.Error.NoReply', 'Secret.Error.NoSession'];

/** Another client has deleted the object since it was found. */
const vanished = [
  'DBus.Error.UnknownObject',
  'DBus.Error.UnknownMethod',
  'DBus.Error.UnknownInterface',
  'Secret.Error.NoSuchObject',
];

const messages: Readonly<Record<SecretServiceErrorCode, string>> = {
  'no-session-bus': 'no session bus, which the Secret Service requires',
  'not-installed': 'nothing that provides the Secret Service is installed',
  'not-running': 'the Secret Service is not running',
  locked: 'the Secret Service is locked',
  'no-collection': 'the Secret Service has no default collection',
  denied: 'access to the Secret Service is denied',
  'timed-out': 'the Secret Service did not answer in time',
  'round-trip-mismatch': 'the Secret Service returned a different secret than the one it was given',
  ambiguous: 'several items of the Secret Service match, and none of them is certainly the right one',
  failed: 'the Secret Service failed',
  'too-large': 'the secret is larger than the Secret Service is asked to keep',
  cancelled: 'the operation was cancelled',
};

const ambiguityHint = 'store the credential again: keystow then reads its own item, and leaves those of other programs';

/** Returns whether this address of the bus couldn't be connected to. */
export function isConnectError(thrown: unknown): boolean {
  const error = unwrap(thrown);
  return isError(error) && 'syscall' in error && error.syscall === 'connect';
}

export function isUnowned(error: unknown): boolean {
  return unowned.includes(getErrorName(error));
}

/** Returns whether the session can't be used any more, so that a new one may succeed. */
export function isSessionLost(error: unknown): boolean {
  return lost.includes(getErrorName(error)) || ['EPIPE', 'ECONNRESET'].includes(getErrno(error));
}

/** Returns whether an item was deleted meanwhile, so that another search may succeed. */
export function isItemGone(error: unknown): boolean {
  return vanished.includes(getErrorName(error));
}

/** Converts any error, and adds the provider if it is known and the error's own text if it has one. */
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

/** Converts the error of a probe. A code that only other operations have would be a bug, and counts as `failed`. */
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

/** Returns the name of a D-Bus error without `org.freedesktop.`. */
function getErrorName(thrown: unknown): string {
  const error = unwrap(thrown);
  return error instanceof BusError ? error.errorName.replace('org.freedesktop.', '') : '';
}

function getErrno(thrown: unknown): string {
  const error = unwrap(thrown);
  return isError(error) && 'code' in error ? String(error.code) : '';
}

function unwrap(thrown: unknown): unknown {
  return thrown instanceof SecretServiceError ? thrown.cause : thrown;
}

function formatText(error: unknown): string {
  return toOneLine(isError(error) ? error.message || getErrorName(error) : String(error));
}
