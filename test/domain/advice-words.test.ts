import { expect, test } from 'vitest';
import { advise, adviseSelectionError } from '../../src/domain/advice/advise.ts';
import {
  deniers,
  type Evidence,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
  untrustedBuses,
} from '../../src/domain/selection/probe-result.ts';
import type { SkippedStore } from '../../src/domain/selection/selection.ts';
import { candidateIds } from '../../src/domain/store-id.ts';
import { host } from './host.ts';

const flags: readonly Evidence[] = [
  {},
  { switchedOff: true },
  { asksEachTime: true },
  { dismissed: true },
  { busMissing: true },
  { busDisabled: true },
  { busSilent: true },
  { suspended: true },
  { text: ' two \n lines\n' },
  ...deniers.map((deniedBy) => ({ deniedBy })),
  ...untrustedBuses.map((untrustedBus) => ({ untrustedBus, text: ' two \n lines\n' })),
];
const evidences = [undefined, ...providers].flatMap((provider) =>
  flags.map((flag): Evidence => ({ ...(provider && { provider }), ...flag })),
);

/** The advice for each piece of evidence that makes a difference. */
function listAdvice(store: SkippedStore['store'], reason: SkippedStore['reason']): readonly string[] {
  const firstEvidence = new Map<string, string>();
  for (const evidence of evidences) {
    const { explanation, fix } = advise({ store, reason, evidence }, host);
    const text = `  ${explanation}\n    ${fix}`;
    if (!firstEvidence.has(text)) firstEvidence.set(text, JSON.stringify(evidence).replace('{}', ''));
  }
  return [...firstEvidence].map(([text, evidence]) => `${store} ${reason} ${evidence}`.trim().concat('\n', text));
}

test('the advice for every store, reason and evidence is in advice-words.txt', async () => {
  const reasons = [...unsupportedReasons, ...serviceFailureReasons];
  const all = candidateIds.flatMap((store) => reasons.flatMap((reason) => listAdvice(store, reason)));
  await expect(`${all.join('\n')}\n`).toMatchFileSnapshot('advice-words.txt');
});

test.each<[string, Parameters<typeof adviseSelectionError>[0], string, string]>([
  [
    'an invalid preference',
    { code: 'invalid-preference', skipped: [] },
    'invalid JSM_STORAGE',
    'set it to one of auto, keychain, file, or unset it',
  ],
  [
    'two settings that contradict each other',
    { code: 'contradictory-settings', skipped: [] },
    'JSM_STORAGE=keychain requires the OS keyring that JSM_DISABLE_KEYRING disables',
    'unset one of the two',
  ],
  [
    'a required keyring on a platform without one',
    { code: 'keyring-required', skipped: [] },
    'JSM_STORAGE=keychain requires an OS keyring: this platform has none',
    'unset JSM_STORAGE to use the encrypted file (or set JSM_STORAGE=file)',
  ],
  [
    'a required keyring that does not work: the best one of the platform',
    {
      code: 'keyring-required',
      skipped: [
        { store: 'secret-service', reason: 'ambiguous' },
        { store: 'keyutils', reason: 'volatile' },
      ],
    },
    'JSM_STORAGE=keychain requires the Secret Service: the Secret Service has several items with the same name',
    'store the credential again: keystow then reads its own item, and leaves those of other programs (or set JSM_STORAGE=file)',
  ],
])('the advice for %s', (_, error, explanation, fix) => {
  expect(adviseSelectionError(error, host)).toEqual({ explanation, fix });
});
