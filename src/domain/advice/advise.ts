import { assertNever } from '../assert-never.ts';
import type { HostInfo } from '../host-info.ts';
import type { Evidence, Reason } from '../selection/probe-result.ts';
import { type Policy, preferences, type SelectionFailed, type SkippedStore } from '../selection/selection.ts';
import { type CandidateId, storeNames } from '../store-id.ts';
import { quoteForShell, quoteForWindows } from '../text/shell-quoting.ts';
import { formatDisableCommand, startBus } from './commands.ts';
import {
  type Advice,
  type AdviceContext,
  type AdviceTable,
  credentialManagerAdvice,
  keychainAdvice,
  keyutilsAdvice,
  passAdvice,
  secretServiceAdvice,
} from './store-advice.ts';

const particular: Readonly<Record<CandidateId, AdviceTable>> = {
  keychain: keychainAdvice,
  'credential-manager': credentialManagerAdvice,
  'secret-service': secretServiceAdvice,
  pass: passAdvice,
  keyutils: keyutilsAdvice,
};

/** The reasons, each with what holds for any store. */
const general: Readonly<Record<Reason, (name: string, about: AdviceContext) => Advice>> = {
  disabled: (name, { host }) => ({
    explanation: `the ${name} is switched off by ${host.disableVariable}`,
    fix: `unset ${host.disableVariable}`,
  }),
  'binding-missing': (name, { evidence, host }) => ({
    explanation: `the native binding that the ${name} needs is not installed${words(evidence)}`,
    fix: `npm install --prefix ${folder(host)} --omit=dev --include=optional --no-save`,
  }),
  'no-session-bus': (name, { evidence }) => ({
    explanation: `the ${name} needs a D-Bus session bus, and there is none${words(evidence)}`,
    fix: startBus,
  }),
  'not-installed': (name, { evidence }) => ({
    explanation: `there is no ${name} on this machine${words(evidence)}`,
    fix: 'nothing to do: the encrypted file serves',
  }),
  volatile: (name) => ({
    explanation: `the ${name} does not keep credentials`,
    fix: 'nothing to do: the encrypted file serves',
  }),
  'not-running': (name, { evidence }) => ({
    explanation: `the ${name} is installed but not running${words(evidence)}`,
    fix: `start the ${name}, for instance by signing in to the desktop again`,
  }),
  locked: (name) => ({
    explanation: `the ${name} is locked and there is nobody to ask`,
    fix: `unlock the ${name}, or run this on a terminal`,
  }),
  'no-collection': (name) => ({
    explanation: `the ${name} has no default place to keep credentials in`,
    fix: `make a default keyring in the settings of the ${name}`,
  }),
  denied: (name, { evidence }) => ({
    explanation: `the ${name} refused access${words(evidence)}`,
    fix: `allow access in the settings of the ${name}`,
  }),
  'timed-out': (name, { evidence }) => ({
    explanation: `the ${name} did not answer in time${words(evidence)}`,
    fix: `restart the ${name}, for instance by signing in to the desktop again`,
  }),
  'round-trip-mismatch': (name, { host }) => ({
    explanation: `the ${name} gave back another secret than it was given`,
    fix: `tell the makers of the ${name}; until then: ${formatDisableCommand(host)}`,
  }),
  ambiguous: (name) => ({
    explanation: `the ${name} holds several items under one name`,
    fix: `remove all but one of them in the ${name}`,
  }),
  failed: (name, { evidence, host }) => ({
    explanation: `the ${name} failed${words(evidence)}`,
    fix: `mend what the message names, or leave the ${name} out: ${formatDisableCommand(host)}`,
  }),
};

/** The explanation and the fix for a store passed over, for this platform, distribution and provider. */
export function advise({ store, reason, evidence = {} }: SkippedStore, host: HostInfo): Advice {
  const about = { host, evidence };
  return { ...general[reason](storeNames[store], about), ...particular[store][reason]?.(about) };
}

const folder = ({ platform, folder: path }: HostInfo) =>
  platform === 'win32' ? quoteForWindows(path) : quoteForShell(path);

function words({ text }: Evidence): string {
  return text === undefined ? '' : ` (${text.replace(/\s+/g, ' ').trim()})`;
}

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
