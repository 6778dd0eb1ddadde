/** One row of the choice, in words. The machine in selection.ts records the numbers of the rows that fired. */
export interface SelectionRule {
  readonly number: number;
  readonly when: string;
  readonly outcome: string;
}

/** The choice as docs/selection.md prints it. */
export const selectionRules: readonly SelectionRule[] = [
  {
    number: 1,
    when: 'the preference is not one of auto, keychain, file',
    outcome: 'refused: a usage error that lists the three; exit 2',
  },
  { number: 2, when: 'the preference is file', outcome: 'the file is selected; nothing is probed' },
  {
    number: 3,
    when: 'the keyring is disabled, the preference is auto',
    outcome: 'every candidate is passed over as `disabled`, the file is selected; nothing is probed',
  },
  {
    number: 4,
    when: 'the keyring is disabled, the preference is keychain',
    outcome: 'refused: the two settings contradict each other; exit 2',
  },
  { number: 5, when: 'no candidate is left, auto', outcome: 'the file is selected' },
  { number: 6, when: 'no candidate is left, keychain', outcome: 'refused: a keyring was required; exit 4 and a hint' },
  { number: 7, when: 'the probe found it usable, and it keeps until-delete', outcome: 'that store is selected' },
  {
    number: 8,
    when: 'the probe found it usable, but it forgets sooner, or it is the kernel keyring',
    outcome: 'passed over as `volatile` (counts as unsupported)',
  },
  { number: 9, when: 'the probe found it unsupported', outcome: 'passed over, silently' },
  {
    number: 10,
    when: 'the probe met a service failure',
    outcome: 'passed over; under auto one warning on stderr',
  },
];
