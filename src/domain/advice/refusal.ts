import { type Policy, preferences } from '../policy.ts';
import type { Refused } from '../selection.ts';
import { storeNames } from '../store-id.ts';
import type { Surroundings } from '../surroundings.ts';
import { unreachable } from '../unreachable.ts';
import { advise } from './advise.ts';
import type { Advice } from './table.ts';

/** Why a choice ended without a store, and what to do about it, in the words of the application's own variables. */
export function adviseRefusal(
  { code, passedOver }: Pick<Refused, 'code' | 'passedOver'>,
  { preference }: Policy,
  where: Surroundings,
): Advice {
  const { storageVariable, disableVariable } = where;
  switch (code) {
    case 'invalid-preference':
      return {
        explanation: `${storageVariable} is ${JSON.stringify(preference)}`,
        fix: `set it to one of ${preferences.join(', ')}, or unset it`,
      };
    case 'contradictory-settings':
      return {
        explanation: `${storageVariable}=${preference} demands the OS keyring that ${disableVariable} switches off`,
        fix: 'unset one of the two',
      };
    case 'keyring-required': {
      const [first] = passedOver;
      const { explanation, fix } = first
        ? advise(first, where)
        : { explanation: 'this platform has none', fix: `unset ${storageVariable} to use the encrypted file` };
      const store = first ? `the ${storeNames[first.store]}` : 'an OS keyring';
      return {
        explanation: `${storageVariable}=keychain demands ${store}: ${explanation}`,
        fix: `${fix} (or set ${storageVariable}=file)`,
      };
    }
    default:
      return unreachable(code);
  }
}
