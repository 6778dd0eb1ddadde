import { type RuleName, ruleNumbers } from './selection.ts';

/** A rule of the selection in words, as docs/selection.md and `doctor --explain` print it. */
export interface SelectionRule {
  readonly number: number;
  readonly name: RuleName;
  readonly when: string;
  readonly outcome: string;
}

const descriptions: Readonly<Record<RuleName, readonly [when: string, outcome: string]>> = {
  'invalid-preference': [
    'the preference is not one of auto, keychain, file',
    'rejected: a usage error that lists the three; exit 2',
  ],
  'file-requested': ['the preference is file', 'the encrypted file is selected; nothing is probed'],
  'keyring-disabled': [
    'the keyring is disabled and the preference is auto',
    'every candidate is skipped as `disabled` and the encrypted file is selected; nothing is probed',
  ],
  'contradictory-settings': [
    'the keyring is disabled and the preference is keychain',
    'rejected: the two settings contradict each other; exit 2',
  ],
  'file-fallback': ['no candidate is left and the preference is auto', 'the encrypted file is selected'],
  'keyring-required': [
    'no candidate is left and the preference is keychain',
    'rejected: an OS keyring is required; exit 4 and a hint',
  ],
  usable: ['the probe found the store usable, and it keeps credentials until they are deleted', 'it is selected'],
  volatile: [
    'the probe found the store usable, but it forgets sooner, or it is the kernel keyring',
    'it is skipped as `volatile`, without a warning',
  ],
  unsupported: ['the probe found the store unsupported', 'it is skipped, without a warning'],
  'service-failure': [
    'the probe found that the store is there but does not work',
    'it is skipped; if the preference is auto, with one warning on stderr',
  ],
};

/** All rules, in the order of their numbers. */
export const selectionRules: readonly SelectionRule[] = (Object.keys(ruleNumbers) as RuleName[]).map((name) => {
  const [when, outcome] = descriptions[name];
  return { number: ruleNumbers[name], name, when, outcome };
});
