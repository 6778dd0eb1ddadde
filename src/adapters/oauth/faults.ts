import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { Call } from './call.ts';
import { certificateFault, connectionFault, innermostCode, innermostWords } from './connection-words.ts';
import { oneLine } from './words.ts';

/** A request that got no answer. `origin`: the server it went to, which need not be the issuer's. */
export function noAnswer(thrown: unknown, origin: string, call: Call): CredentialError {
  const code = innermostCode(thrown);
  const { issuer } = call;
  const where = new URL(issuer).origin === origin ? issuer : `${origin}, which ${issuer} refers to`;
  const certificate = certificateFault(code);
  const why = connectionFault(code) ?? oneLine(innermostWords(thrown), call.secrets);
  if (certificate === undefined) return fault('sign-in-unreachable', `cannot reach ${where}: ${why}`);
  return fault(
    'sign-in-unreachable',
    `the certificate of ${where} does not hold: ${certificate}`,
    "where a network's own authority signs, NODE_EXTRA_CA_CERTS names a file with its certificate",
  );
}

export function noAnswerInTime({ issuer, limitMs }: Call): CredentialError {
  return fault('sign-in-unreachable', `${issuer} did not answer within ${duration(limitMs)}`);
}

/** The issuer answers, and not as OpenID Connect has it: `what` says how. */
export function not({ issuer }: Call, what: string, hint?: string): CredentialError {
  return fault('sign-in-unreachable', `${issuer} does not answer as an OpenID provider should: ${what}`, hint);
}

export function nobodyCame(timeoutMs: number): CredentialError {
  return fault('timed-out', `nobody came back from the sign-in within ${duration(timeoutMs)}`);
}

export function notSignedIn(why: string): CredentialError {
  return fault('not-signed-in', `the sign-in no longer holds: ${why}`, 'sign in again');
}

export function cannotListen(thrown: unknown): CredentialError {
  const why = connectionFault(innermostCode(thrown)) ?? innermostWords(thrown);
  return fault('failed', `cannot listen on 127.0.0.1 for the end of the sign-in: ${why}`);
}

export function badSetting(message: string): CredentialError {
  return fault('invalid-setting', message);
}

export function cancelled(): CredentialError {
  return fault('cancelled', 'the operation was called off');
}

export function fault(code: ErrorCode, message: string, hint?: string): CredentialError {
  return new CredentialError(code, message, hint === undefined ? {} : { hint });
}

function duration(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}
