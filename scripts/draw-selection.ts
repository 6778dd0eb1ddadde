import { advise } from '../src/domain/advice/advise.ts';
import type { HostInfo } from '../src/domain/host-info.ts';
import { classifyReason, serviceFailureReasons, unsupportedReasons } from '../src/domain/selection/probe-result.ts';
import { selectionRules } from '../src/domain/selection/selection.ts';

/** docs/selection.md, generated from the rules and the advice. */
export function drawSelection(): string {
  return [
    '# How a store is selected',
    'Generated from `src/domain` by `npm run docs`. A test fails if this page is out of date.',
    'A selection has two inputs. The *policy* comes from the settings: `KEYSTOW_STORAGE` is the preference (`auto`,\n' +
      '`keychain` or `file`), and `KEYSTOW_DISABLE_KEYRING` disables the keyring. `keychain` stands for the OS keyring of any\n' +
      "system, not only for macOS's Keychain. The *candidates* are the stores of the operating system, best first:",
    [
      '- macOS: Keychain',
      '- Windows: Credential Manager',
      '- Linux: Secret Service, then the kernel keyring, which is recognised but never selected',
      '- other systems: none',
    ].join('\n'),
    'With `KEYSTOW_USE_PASS=1`, the password store of pass(1) is a candidate too: after the Keychain on macOS, and between\n' +
      'the Secret Service and the kernel keyring on Linux.',
    'Rules 1 to 6 are checked in this order. If none of them applies, keystow probes the next candidate: it writes a test\n' +
      'credential, reads it back and deletes it. Rules 7 to 10 say what follows from the result. `keystow doctor --explain`\n' +
      'shows the numbers of the rules that applied.',
    formatTable(
      ['rule', 'name', 'when', 'then'],
      selectionRules.map(({ number, name, when, outcome }) => [String(number), `\`${name}\``, when, outcome]),
    ),
    '## If a keyring is required',
    'With `keychain`, no command reads or writes the encrypted file. If no keyring is usable, every command exits with 4, the\n' +
      'reason and a hint; it never reports that a credential does not exist. A credential that the placement file records in\n' +
      'the encrypted file stays there: `list` shows it, and any other command that needs it names it, exits with 4 and says\n' +
      'how to move it to the keyring (`migrate` and `doctor --repair` skip it and exit with 1). `doctor` reports that the file\n' +
      'exists.',
    '## As a diagram',
    'The numbers on an arrow are the rules that take it.',
    '![A selection goes from the policy and the candidates, through probing one candidate after the other, to a store, to the encrypted file, or to a rejection](selection.svg)',
    '## Why a store is skipped',
    'A reason of the class `unsupported` means that this machine does not have the store, or that keystow must not use it or\n' +
      'has no binding for it. `service-failure` means that the machine has the store, but the store does not work. The\n' +
      'explanations and fixes below are those of the Secret Service on Debian (for `binding-missing` and `volatile`, of the\n' +
      'kernel keyring). They differ for other stores, distributions and providers; `keystow doctor` prints those of your\n' +
      'machine.',
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
    const store = reason === 'volatile' || reason === 'binding-missing' ? 'keyutils' : 'secret-service';
    const { explanation, fix } = advise({ store, reason }, exampleHost);
    const isCommand = /^(sudo|npm|export|unset|\()/.test(fix);
    return [`\`${reason}\``, classifyReason(reason), explanation, isCommand ? `\`${fix}\`` : fix];
  });
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const formatRow = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [formatRow(head), formatRow(head.map(() => '---')), ...rows.map(formatRow)].join('\n');
}
