import type { HostInfo } from '../host-info.ts';
import { classifyReason, type Evidence, type Reason } from '../selection/probe-result.ts';
import { preferences, type SelectionFailed, type SkippedStore } from '../selection/selection.ts';
import { storeNames } from '../store-id.ts';
import { assertNever } from '../text/messages.ts';
import { formatBindingInstallCommand } from './commands.ts';
import {
  describeDisabler,
  describeRequirement,
  formatDisableCommand,
  formatEnableCommand,
  formatOptionalKeyring,
} from './setting-advice.ts';
import { type Advice, type AdviceContext, storeAdvice } from './store-advice.ts';

/** Explains why a store was skipped, and how to fix that on this host and with this provider. */
export function advise({ store, reason, evidence = {} }: SkippedStore, host: HostInfo): Advice {
  const context = { host, evidence };
  return { ...generalAdvice[reason](storeNames[store], context), ...storeAdvice[store][reason]?.(context) };
}

/**
 * Explains all skipped stores. The kernel keyring's advice is to install another store: if a Secret Service is installed
 * already, making that one work is the advice instead.
 */
export function adviseAll(skipped: readonly SkippedStore[], host: HostInfo): readonly Advice[] {
  const installed = skipped.find(
    ({ store, reason, evidence }) =>
      store === 'secret-service' &&
      (classifyReason(reason) === 'service-failure' || reason === 'disabled' || evidence?.provider !== undefined),
  );
  return skipped.map((store) => {
    const advice = advise(store, host);
    return store.store === 'keyutils' && installed ? { ...advice, fix: advise(installed, host).fix } : advice;
  });
}

/** Explains why a selection was rejected, and how to fix that, with the application's own variables. */
export function adviseSelectionError(
  { code, skipped }: Pick<SelectionFailed, 'code' | 'skipped'>,
  host: HostInfo,
): Advice {
  const { storageVariable } = host;
  switch (code) {
    case 'invalid-preference':
      return {
        explanation: `invalid ${storageVariable}`,
        fix: `set it to one of ${preferences.join(', ')}, or unset it`,
      };
    case 'contradictory-settings':
      return {
        explanation: `${describeRequirement(host)} requires the OS keyring that ${describeDisabler(host)} disables`,
        fix: host.setInCode
          ? `${formatOptionalKeyring(host)}, or: ${formatEnableCommand(host)}`
          : 'unset one of the two',
      };
    case 'keyring-required': {
      const [first] = skipped;
      if (first) return adviseRequiredKeyring(storeNames[first.store], advise(first, host), host);
      return {
        explanation: `${describeRequirement(host)} requires an OS keyring: this platform has none`,
        fix: `${formatOptionalKeyring(host)} to use the encrypted file (or set ${storageVariable}=file)`,
      };
    }
    default:
      return assertNever(code);
  }
}

/** Adds that the settings require the keyring, and how to do without it. `name`: what users call the keyring. */
export function adviseRequiredKeyring(name: string, { explanation, fix }: Advice, host: HostInfo): Advice {
  const { storageVariable } = host;
  return {
    explanation: `${describeRequirement(host)} requires the ${name}: ${explanation}`,
    fix: fix.startsWith('nothing to do') ? `set ${storageVariable}=file` : `${fix} (or set ${storageVariable}=file)`,
  };
}

/** The advice for each reason, unless {@link storeAdvice} has its own for the store. `name`: what users call the store. */
const generalAdvice: Readonly<Record<Reason, (name: string, context: AdviceContext) => Advice>> = {
  disabled: (name, { host }) => ({
    explanation: `the ${name} is disabled by ${describeDisabler(host)}`,
    fix: formatEnableCommand(host),
  }),
  'binding-missing': (name, { evidence, host }) => ({
    explanation: `the native binding for the ${name} is not installed${formatDetail(evidence)}`,
    fix: formatBindingInstallCommand(host),
  }),
  'no-session-bus': (name, { evidence }) => ({
    explanation: `the ${name} needs a D-Bus session bus, but none is running${formatDetail(evidence)}`,
    fix: 'nothing to do: the encrypted file is used instead',
  }),
  'not-installed': (name, { evidence }) => ({
    explanation: `the ${name} is not installed on this machine${formatDetail(evidence)}`,
    fix: 'nothing to do: the encrypted file is used instead',
  }),
  volatile: (name) => ({
    explanation: `the ${name} does not keep credentials permanently`,
    fix: 'nothing to do: the encrypted file is used instead',
  }),
  'not-running': (name, { evidence }) => ({
    explanation: `the ${name} is installed but not running${formatDetail(evidence)}`,
    fix: `start the ${name}, for example by signing in to the desktop again`,
  }),
  locked: (name) => ({
    explanation: `the ${name} is locked, and nobody was asked to unlock it`,
    fix: `unlock the ${name}, or run this in a terminal`,
  }),
  'no-collection': (name) => ({
    explanation: `the ${name} has no default keyring to store credentials in`,
    fix: `create a default keyring in the settings of the ${name}`,
  }),
  denied: (name, { evidence }) => ({
    explanation: `the ${name} denied access${formatDetail(evidence)}`,
    fix: `allow access in the settings of the ${name}`,
  }),
  'timed-out': (name, { evidence }) => ({
    explanation: `the ${name} did not answer in time${formatDetail(evidence)}`,
    fix: `restart the ${name}, for example by signing in to the desktop again`,
  }),
  'round-trip-mismatch': (name, { host }) => ({
    explanation: `the ${name} returned a different secret than the one it was given`,
    fix: `report this to the vendor of the ${name}, and disable it until then: ${formatDisableCommand(host)}`,
  }),
  ambiguous: (name) => ({
    explanation: `the ${name} has several items with the same name`,
    fix: `delete all but one of them in the ${name}`,
  }),
  failed: (name, { evidence, host }) => ({
    explanation: `the ${name} failed${formatDetail(evidence)}`,
    fix: `fix the reported error, or disable the ${name}: ${formatDisableCommand(host)}`,
  }),
};

/** The platform's own message, in brackets. */
function formatDetail({ text }: Evidence): string {
  return text === undefined ? '' : ` (${text.replace(/\s+/g, ' ').trim()})`;
}
