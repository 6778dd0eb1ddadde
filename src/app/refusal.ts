import { adviseRefusal } from '../domain/advice/refusal.ts';
import { CredentialError } from '../domain/credential-error.ts';
import type { Policy } from '../domain/policy.ts';
import type { Refused } from '../domain/selection.ts';
import type { Surroundings } from '../domain/surroundings.ts';

/** The error that a choice without a store ends in. */
export function refusalError(refused: Refused, policy: Policy, where: Surroundings): CredentialError {
  const { explanation, fix } = adviseRefusal(refused, policy, where);
  return new CredentialError(refused.code, explanation, { hint: fix });
}
