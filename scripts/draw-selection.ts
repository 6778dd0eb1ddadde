import { advise } from '../src/domain/advice/advise.ts';
import type { HostInfo } from '../src/domain/host-info.ts';
import { classifyReason, serviceFailureReasons, unsupportedReasons } from '../src/domain/selection/probe-result.ts';
import { selectionRules } from '../src/domain/selection/selection-rules.ts';

/** docs/selection.md, generated from the rules and the advice. */
export function drawSelection(): string {
  return [
    '# How a store is selected',
    'Generated from `src/domain` by `npm run docs`. A test fails if this page is out of date.',
    'A selection has two inputs. The *policy* is the preference (`auto`, `keychain` or `file`), and whether the keyring is\n' +
      'disabled. The *candidates* are the stores of the operating system, best first:',
    [
      '- macOS: Keychain',
      '- Windows: Credential Manager',
      '- Linux: Secret Service, then the kernel keyring, which is recognised but never selected',
      '- other systems: none',
    ].join('\n'),
    'If the user opts in, the password store of pass(1) is a candidate too: the last one on macOS, the one before the kernel\n' +
      'keyring on Linux.',
    'Rules 1 to 6 are checked in this order. If none of them applies, the next candidate is probed, and rules 7 to 10 judge\n' +
      'what the probe saw. Reports show the rules that applied, by number.',
    formatTable(
      ['rule', 'name', 'when', 'then'],
      selectionRules.map(({ number, name, when, outcome }) => [String(number), `\`${name}\``, when, outcome]),
    ),
    '## As a diagram',
    'Each arrow is labelled with the rules that lead along it.',
    '![A selection goes from the policy and the candidates, through probing one candidate after the other, to a store, to the encrypted file, or to a rejection](selection.svg)',
    '## Why a store is skipped',
    'A reason of the class `unsupported` means that the machine does not have the store; `service-failure` means that it has\n' +
      'the store, but the store does not work. The explanations and fixes below are those of the Secret Service on Debian\n' +
      '(for `volatile`, of the kernel keyring). They differ for other stores, distributions and providers; `keystow doctor`\n' +
      'prints those of your machine.',
    formatTable(['reason', 'class', 'explanation', 'fix'], listReasons()),
    '',
  ].join('\n\n');
}

const exampleHost: HostInfo = {
  platform: 'linux',
  distribution: 'debian',
  folder: '/usr/lib/node_modules/keystow',
  program: 'keystow',
  storageVariable: 'KEYSTOW_STORAGE',
  disableVariable: 'KEYSTOW_DISABLE_KEYRING',
};

function listReasons(): string[][] {
  return [...unsupportedReasons, ...serviceFailureReasons].map((reason) => {
    const store = reason === 'volatile' ? 'keyutils' : 'secret-service';
    const { explanation, fix } = advise({ store, reason }, exampleHost);
    const isCommand = /^(sudo|npm|export|unset|\()/.test(fix);
    return [`\`${reason}\``, classifyReason(reason), explanation, isCommand ? `\`${fix}\`` : fix];
  });
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const formatRow = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [formatRow(head), formatRow(head.map(() => '---')), ...rows.map(formatRow)].join('\n');
}
