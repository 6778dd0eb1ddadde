import { assertNever } from '../assert-never.ts';
import type { HostInfo } from '../host-info.ts';
import { type Policy, preferences } from '../selection/policy.ts';
import type { SelectionFailed } from '../selection/selection.ts';
import { storeNames } from '../store-id.ts';
import { advise } from './advise.ts';
import type { Advice } from './table.ts';

/** Why a choice ended without a store, and what to do about it, in the words of the application's own variables. */
export function adviseSelectionError(
  { code, skipped }: Pick<SelectionFailed, 'code' | 'skipped'>,
  { preference }: Policy,
  host: HostInfo,
): Advice {
  const { storageVariable, disableVariable } = host;
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
      const [first] = skipped;
      const { explanation, fix } = first
        ? advise(first, host)
        : { explanation: 'this platform has none', fix: `unset ${storageVariable} to use the encrypted file` };
      const store = first ? `the ${storeNames[first.store]}` : 'an OS keyring';
      return {
        explanation: `${storageVariable}=keychain demands ${store}: ${explanation}`,
        fix: `${fix} (or set ${storageVariable}=file)`,
      };
    }
    default:
      return assertNever(code);
  }
}
