import { expect, test } from 'vitest';
import { advise, adviseSelectionError } from '../../src/domain/advice/advise.ts';
import {
  type Evidence,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/selection/probe-result.ts';
import type { SkippedStore } from '../../src/domain/selection/selection.ts';
import { candidateIds } from '../../src/domain/store-id.ts';
import { where } from './host.ts';

const flags: readonly Evidence[] = [
  {},
  { switchedOff: true },
  { asksEachTime: true },
  { dismissed: true },
  { busMissing: true },
  { text: ' two \n lines\n' },
];
const evidences = [undefined, ...providers].flatMap((provider) =>
  flags.map((flag): Evidence => ({ ...(provider && { provider }), ...flag })),
);

/** What is said of a store, for each piece of evidence that makes a difference. */
function words(store: SkippedStore['store'], reason: SkippedStore['reason']): readonly string[] {
  const first = new Map<string, string>();
  for (const evidence of evidences) {
    const { explanation, fix } = advise({ store, reason, evidence }, where);
    const said = `  ${explanation}\n    ${fix}`;
    if (!first.has(said)) first.set(said, JSON.stringify(evidence).replace('{}', ''));
  }
  return [...first].map(([said, evidence]) => `${store} ${reason} ${evidence}`.trim().concat('\n', said));
}

test('the words for every store, reason and evidence are these', async () => {
  const reasons = [...unsupportedReasons, ...serviceFailureReasons];
  const all = candidateIds.flatMap((store) => reasons.flatMap((reason) => words(store, reason)));
  await expect(`${all.join('\n')}\n`).toMatchFileSnapshot('advice-words.txt');
});

test.each<[string, Parameters<typeof adviseSelectionError>[0], string, string, string]>([
  [
    'a preference that is none',
    { code: 'invalid-preference', skipped: [] },
    'clo"ud',
    'JSM_STORAGE is "clo\\"ud"',
    'set it to one of auto, keychain, file, or unset it',
  ],
  [
    'two settings that contradict each other',
    { code: 'contradictory-settings', skipped: [] },
    'keychain',
    'JSM_STORAGE=keychain demands the OS keyring that JSM_DISABLE_KEYRING switches off',
    'unset one of the two',
  ],
  [
    'a keyring demanded where the platform has none',
    { code: 'keyring-required', skipped: [] },
    'keychain',
    'JSM_STORAGE=keychain demands an OS keyring: this platform has none',
    'unset JSM_STORAGE to use the encrypted file (or set JSM_STORAGE=file)',
  ],
  [
    'a keyring demanded that does not serve: the best one of the platform',
    {
      code: 'keyring-required',
      skipped: [
        { store: 'secret-service', reason: 'ambiguous' },
        { store: 'keyutils', reason: 'volatile' },
      ],
    },
    'keychain',
    'JSM_STORAGE=keychain demands the Secret Service: the Secret Service holds several items under one name',
    'secret-tool search --all service SERVICE, then remove all but one (or set JSM_STORAGE=file)',
  ],
])('refused for %s', (_, refused, preference, explanation, fix) => {
  expect(adviseSelectionError(refused, { preference, keyringDisabled: false }, where)).toEqual({ explanation, fix });
});
