import { CredentialError } from '../../domain/credential-error.ts';
import { type ProbeResult, serviceFailureReasons, unsupportedReasons } from '../../domain/selection/probe-result.ts';
import { words } from './words.ts';

/** What a failed probe saw, with the platform's words where there were some. Throws `cancelled` as it is. */
export function factOf(error: unknown): ProbeResult {
  if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
  const text = error.cause === undefined ? undefined : words(error.cause);
  const seen = { ...error.evidence, ...(text !== undefined && { text }) };
  const evidence = Object.keys(seen).length > 0 && { evidence: seen };
  const unsupported = unsupportedReasons.find((reason) => reason === error.code);
  if (unsupported !== undefined) return { kind: 'unsupported', reason: unsupported, ...evidence };
  const reason = serviceFailureReasons.find((reason) => reason === error.code) ?? 'failed';
  return { kind: 'service-failure', reason, ...evidence };
}
