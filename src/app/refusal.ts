import { advise } from '../domain/advice/advise.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type Policy, preferences } from '../domain/policy.ts';
import type { Profile } from '../domain/profile.ts';
import type { Refused } from '../domain/selection.ts';
import { storeNames } from '../domain/store-id.ts';
import type { Surroundings } from '../domain/surroundings.ts';
import { unreachable } from '../domain/unreachable.ts';

/** The error that a choice without a store ends in, in the words of the application's own variables. */
export function refusalError(
  { code, passedOver }: Refused,
  policy: Policy,
  { variables }: Profile,
  where: Surroundings,
): CredentialError {
  switch (code) {
    case 'invalid-preference':
      return new CredentialError(code, `${variables.storage} is ${JSON.stringify(policy.preference)}`, {
        hint: `set it to one of ${preferences.join(', ')}, or unset it`,
      });
    case 'contradictory-settings':
      return new CredentialError(
        code,
        `${variables.storage}=${policy.preference} demands the OS keyring that ${variables.disableKeyring} switches off`,
        { hint: `unset one of the two` },
      );
    case 'keyring-required': {
      const [first] = passedOver;
      const { explanation, fix } = first
        ? advise(first, where)
        : { explanation: 'this platform has none', fix: `unset ${variables.storage} to use the encrypted file` };
      const store = first ? `the ${storeNames[first.store]}` : 'an OS keyring';
      return new CredentialError(code, `${variables.storage}=keychain demands ${store}: ${explanation}`, {
        hint: `${fix} (or set ${variables.storage}=file)`,
      });
    }
    default:
      return unreachable(code);
  }
}
