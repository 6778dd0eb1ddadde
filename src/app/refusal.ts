import { adviseSelectionError } from '../domain/advice/advise.ts';
import { CredentialError } from '../domain/credential-error.ts';
import type { HostInfo } from '../domain/host-info.ts';
import type { Policy, SelectionFailed } from '../domain/selection/selection.ts';

/** The error that a choice without a store ends in. */
export function selectionError(refused: SelectionFailed, policy: Policy, where: HostInfo): CredentialError {
  const { explanation, fix } = adviseSelectionError(refused, policy, where);
  return new CredentialError(refused.code, explanation, { hint: fix });
}
