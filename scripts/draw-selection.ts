import { advise } from '../src/domain/advice/advise.ts';
import type { HostInfo } from '../src/domain/host-info.ts';
import { classifyReason, serviceFailureReasons, unsupportedReasons } from '../src/domain/selection/probe-result.ts';
import { selectionRules } from '../src/domain/selection/selection-rules.ts';

const samplePlace: HostInfo = {
  platform: 'linux',
  distribution: 'debian',
  folder: '/usr/lib/node_modules/keystow',
  program: 'keystow',
  storageVariable: 'KEYSTOW_STORAGE',
  disableVariable: 'KEYSTOW_DISABLE_KEYRING',
};

/** The whole of docs/selection.md, out of the machine that decides. */
export function drawSelection(): string {
  return [
    '# How a store is chosen',
    'Generated from src/domain by `npm run docs`; a test fails when this page and the machine differ.',
    'A choice starts from a *policy* (the preference, and whether the keyring is disabled) and the *candidates* of the\n' +
      'operating system, best first: Keychain on macOS, Credential Manager on Windows, Secret Service and then the kernel\n' +
      'keyring on Linux, none elsewhere; the password store of pass(1) too, before the kernel keyring, where the user asks for\n' +
      'it. The first row that applies fires; where none does, the next candidate is probed.',
    table(
      ['row', 'when', 'then'],
      selectionRules.map(({ number, when, outcome }) => [String(number), when, outcome]),
    ),
    '## As a diagram',
    'The numbers are the rows that fire on the way.',
    '![From a policy and its candidates, by probing one after the other, to a store, the encrypted file, or a refusal](selection.svg)',
    '## Why a store is passed over',
    'What is said of the Secret Service (of the kernel keyring, where only that can be `volatile`) on Debian; other\n' +
      'systems, distributions and providers have their own fixes.',
    table(['reason', 'class', 'explanation', 'fix'], reasons()),
    '',
  ].join('\n\n');
}

function reasons(): string[][] {
  return [...unsupportedReasons, ...serviceFailureReasons].map((reason) => {
    const store = reason === 'volatile' ? 'keyutils' : 'secret-service';
    const { explanation, fix } = advise({ store, reason }, samplePlace);
    return [`\`${reason}\``, classifyReason(reason), explanation, `\`${fix}\``];
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
