import type { Evidence, Reason } from '../../domain/selection/probe-result.ts';

/** Why an operation did not get through. */
export type FaultCode = Exclude<Reason, 'disabled' | 'binding-missing' | 'volatile'> | 'too-large' | 'cancelled';

/** What the adapter throws within; to-error.ts makes of it what callers see. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly evidence: Evidence;

  constructor(code: FaultCode, evidence: Evidence = {}, cause?: unknown) {
    super(evidence.text ?? code, { cause });
    this.code = code;
    this.evidence = evidence;
  }
}
