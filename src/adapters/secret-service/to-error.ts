import { CredentialError } from '../../domain/credential-error.ts';
import type { ProbeResult, Provider } from '../../domain/selection/probe-result.ts';
import { toOneLine } from '../../domain/text/one-line.ts';
import { Fault, type FaultCode } from './fault.ts';
import { BusError } from './wire/connection.ts';

/** Errors that the bus and the provider answer with, by name without `org.freedesktop.`. Any other is `failed`. */
const answers: Readonly<Record<string, FaultCode>> = {
  'DBus.Error.AccessDenied': 'denied',
  'DBus.Error.AuthFailed': 'denied',
  'DBus.Error.Timeout': 'timed-out',
  'DBus.Error.TimedOut': 'timed-out',
  'DBus.Error.NameHasNoOwner': 'not-running',
  'DBus.Error.ServiceUnknown': 'not-running',
  'Secret.Error.IsLocked': 'locked',
};

/** Errors of connecting, by `errno`. Any other says that no bus listens there. */
const connectErrors: Readonly<Record<string, FaultCode>> = {
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

const sentences: Readonly<Record<FaultCode, string>> = {
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
export function isUnconnected(thrown: unknown): boolean {
  const error = rawOf(thrown);
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

export function isUnowned(error: unknown): boolean {
  return unowned.includes(nameOf(error));
}

/** A new session may do better: nothing of this one can be used. */
export function isLost(error: unknown): boolean {
  return lost.includes(nameOf(error)) || ['EPIPE', 'ECONNRESET'].includes(errnoOf(error));
}

/** The same again, from the search on, may do better. */
export function isRace(error: unknown): boolean {
  return vanished.includes(nameOf(error));
}

/** What went wrong, with the provider where it is known and the platform's words where there are some. */
export function toFault(error: unknown, provider?: Provider): Fault {
  if (error instanceof Fault)
    return new Fault(error.code, { ...(provider && { provider }), ...error.evidence }, error.cause);
  const text = words(error);
  return new Fault(codeOf(error), { ...(provider && { provider }), ...(text && { text }) }, error);
}

export function toError({ code, evidence, cause }: Fault): CredentialError {
  const text = evidence.text === undefined ? '' : `: ${evidence.text}`;
  const hint = code === 'ambiguous' ? ambiguityHint : undefined;
  return new CredentialError(code, `${sentences[code]}${text}`, { ...(hint && { hint }), evidence, cause });
}

/** What a probe saw, where it did not end well. A limit that only operations have is a bug here. */
export function toProbe({ code, evidence }: Fault): ProbeResult {
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

function codeOf(error: unknown): FaultCode {
  if (error instanceof BusError) return answers[nameOf(error)] ?? 'failed';
  return isUnconnected(error) ? (connectErrors[errnoOf(error)] ?? 'no-session-bus') : 'failed';
}

/** A D-Bus error's name without what all of them start with. */
function nameOf(thrown: unknown): string {
  const error = rawOf(thrown);
  return error instanceof BusError ? error.errorName.replace('org.freedesktop.', '') : '';
}

function errnoOf(thrown: unknown): string {
  const error = rawOf(thrown);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function rawOf(thrown: unknown): unknown {
  return thrown instanceof Fault ? thrown.cause : thrown;
}

function words(error: unknown): string {
  return toOneLine(error instanceof Error ? error.message || nameOf(error) : String(error));
}
