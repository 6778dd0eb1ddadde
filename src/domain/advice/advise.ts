import type { Evidence, Reason } from '../probe.ts';
import { doublyQuoted, quoted } from '../quoted.ts';
import type { PassedOver } from '../selection.ts';
import { type CandidateId, storeNames } from '../store-id.ts';
import type { Surroundings } from '../surroundings.ts';
import { credentialManagerAdvice } from './credential-manager.ts';
import { disableCommand } from './disable-command.ts';
import { keychainAdvice } from './keychain.ts';
import { keyutilsAdvice } from './keyutils.ts';
import { passAdvice } from './pass.ts';
import { secretServiceAdvice } from './secret-service.ts';
import { startBus } from './start-bus.ts';
import type { Advice, AdviceTable, Circumstances } from './table.ts';

const particular: Readonly<Record<CandidateId, AdviceTable>> = {
  keychain: keychainAdvice,
  'credential-manager': credentialManagerAdvice,
  'secret-service': secretServiceAdvice,
  pass: passAdvice,
  keyutils: keyutilsAdvice,
};

/** The reasons, each with what holds for any store. */
const general: Readonly<Record<Reason, (name: string, about: Circumstances) => Advice>> = {
  disabled: (name, { where }) => ({
    explanation: `the ${name} is switched off by ${where.disableVariable}`,
    fix: `unset ${where.disableVariable}`,
  }),
  'binding-missing': (name, { evidence, where }) => ({
    explanation: `the native binding that the ${name} needs is not installed${words(evidence)}`,
    fix: `npm install --prefix ${folder(where)} --omit=dev --include=optional --no-save`,
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
  'round-trip-mismatch': (name, { where }) => ({
    explanation: `the ${name} gave back another secret than it was given`,
    fix: `tell the makers of the ${name}; until then: ${disableCommand(where)}`,
  }),
  ambiguous: (name) => ({
    explanation: `the ${name} holds several items under one name`,
    fix: `remove all but one of them in the ${name}`,
  }),
  failed: (name, { evidence, where }) => ({
    explanation: `the ${name} failed${words(evidence)}`,
    fix: `mend what the message names, or leave the ${name} out: ${disableCommand(where)}`,
  }),
};

/** The explanation and the fix for a store passed over, for this platform, distribution and provider. */
export function advise({ store, reason, evidence = {} }: PassedOver, where: Surroundings): Advice {
  const about = { where, evidence };
  return { ...general[reason](storeNames[store], about), ...particular[store][reason]?.(about) };
}

const folder = ({ platform, folder: path }: Surroundings) => (platform === 'win32' ? doublyQuoted(path) : quoted(path));

function words({ text }: Evidence): string {
  return text === undefined ? '' : ` (${text.replace(/\s+/g, ' ').trim()})`;
}
