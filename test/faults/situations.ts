import { resolve } from 'node:path';
import type { Reason } from '../../src/domain/selection/probe-result.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { type BindingFault, bindingFaults, environmentWithFault } from './binding-faults.ts';
import { startFakeBus } from './fake-bus.ts';
import type { FakeProviderOptions } from './fake-provider.ts';
import { secretServiceFaults as faults, startSecretService } from './secret-service.ts';
import { addStoredCredentials } from './stored-credentials.ts';

/** A fault that a whole program runs into, and how the program must react. */
export interface Situation {
  readonly name: string;
  /** The store of everything that the programs have stored, according to their placement. */
  readonly store: Exclude<StoreId, 'file'>;
  start(): Promise<Started>;
  /** Reported by doctor. */
  readonly reason: Reason;
  /** Part of the message that users see. */
  readonly message: RegExp;
  /** Commands that never run into the fault. */
  readonly unaffectedCommands?: RegExp;
  /** Commands that report the fault, but succeed. */
  readonly recoveringCommands?: RegExp;
  /** The exit codes of commands that notice the fault in their own way. */
  readonly exits?: Readonly<Record<string, number>>;
  /** A thread of the process never ends. */
  readonly hangs?: true;
}

export interface Started {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Commands of the git and docker helpers that do not write. */
const helperCommands =
  'keystow (git|helper)|git-credential-keystow (get|erase)|docker-credential-keystow (get|erase|list)';

const listFirst = /^(keystow (migrate|export|import)|difyctl auth (status|logout|prune))$/;

export const secretServiceSituations: readonly Situation[] = [
  { ...startFaultyService('locked', faults.locked()), reason: 'locked', message: /the Secret Service is locked/ },
  { ...startFaultyService('dismisses', faults.dismisses()), reason: 'locked', message: /the Secret Service is locked/ },
  {
    ...startFaultyService('never answers', faults.neverAnswers()),
    reason: 'timed-out',
    message: /did not answer in time/,
  },
  {
    ...startFaultyService('answers after 5 s', faults.answersLate()),
    reason: 'timed-out',
    message: /did not answer in time/,
  },
  {
    name: 'its bus never answers',
    store: 'secret-service',
    start: async () => startFakeBus(() => undefined),
    reason: 'timed-out',
    message: /did not answer in time/,
  },
  {
    ...startFaultyService('ends in mid-call', faults.vanishes()),
    reason: 'not-running',
    message: /it ended while it was asked|not running/,
  },
  {
    ...startFaultyService('has no default collection', faults.hasNoDefaultCollection()),
    reason: 'no-collection',
    message: /no default collection/,
    unaffectedCommands: matchCommands(
      'keystow (get|exec|copy|token|list|delete|export|migrate)|jsm (auth (status|token)|logout)',
      'difyctl auth (status|token|logout|prune)',
      helperCommands,
    ),
    recoveringCommands: matchCommands('keystow import'),
  },
  {
    ...startFaultyService('gives back another secret', faults.returnsAnotherSecret()),
    reason: 'round-trip-mismatch',
    message:
      /returned a different secret than the one it was given|the stored credential is not a session of this program|is not a token set/,
    unaffectedCommands: matchCommands(
      'keystow (get|exec|copy|rename|list|delete|export)|difyctl auth (logout|prune)',
      helperCommands,
    ),
    recoveringCommands: matchCommands('keystow import'),
    exits: { 'keystow token': 2 },
  },
  {
    ...startFaultyService('fails at its first call', faults.fails(1)),
    reason: 'failed',
    message: /the Secret Service failed.*it was told to fail/,
    // If the fast path fails, these commands try again.
    unaffectedCommands: matchCommands(
      'git-credential-keystow (get|store)',
      'docker-credential-keystow get',
      'keystow (get|token)',
      '(jsm|difyctl) auth token',
    ),
    recoveringCommands: listFirst,
  },
  {
    ...startFaultyService('fails at its fifth call', faults.fails(5)),
    reason: 'failed',
    message: /the Secret Service failed.*it was told to fail/,
    // The fast path makes the first call, and leaves an unknown provider to the full program.
    unaffectedCommands: matchCommands('git-credential-keystow store'),
    recoveringCommands: listFirst,
  },
];

function matchCommands(...names: readonly string[]): RegExp {
  return new RegExp(`^(${names.join('|')})$`);
}

function startFaultyService(name: string, fault: FakeProviderOptions): Pick<Situation, 'name' | 'store' | 'start'> {
  return {
    name,
    store: 'secret-service',
    async start() {
      const { provider, bus, stop } = await startSecretService(fault);
      addStoredCredentials(provider);
      return { environment: { DBUS_SESSION_BUS_ADDRESS: bus.address }, stop };
    },
  };
}

const asMacos = resolve(import.meta.dirname, '../containers/inside/as-macos.mjs');

/** Part of the message that users see, in an error or in a warning that the file is used instead. */
const expectedText: Readonly<Partial<Record<Reason, RegExp>>> = {
  'binding-missing': /native (module|binding)/,
  locked: /the Keychain is locked/,
  denied: /the dialog of the Keychain was dismissed|the Keychain denied access/,
  'not-running': /no Keychain is available|the Keychain is installed but not running/,
  'no-collection': /no default keychain/,
  ambiguous: /several items/,
  failed: /the Keychain failed/,
  'timed-out': /the Keychain did not answer/,
};

/** The Keychain, through a native binding with a fault: one for each code. */
export const bindingSituations: readonly Situation[] = Object.entries(expectedText).map(([code, message]) => {
  const fault = bindingFaults.find((fault) => fault.platform === 'darwin' && fault.code === code);
  if (fault === undefined) throw new Error(`no fault of the binding has the code ${code}`);
  return {
    name: fault.meaning,
    store: 'keychain',
    // Otherwise a dialog of macOS could be open, and the program would wait for the user.
    start: async () => ({
      environment: { ...simulateMacos(fault), SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' },
      stop: async () => undefined,
    }),
    reason: code as Reason,
    message,
    // Rule 9 skips the store without a warning, and these commands then use the placement.
    ...(code === 'binding-missing' && {
      unaffectedCommands:
        /^(keystow (list|import)|git-credential-keystow store|docker-credential-keystow (store|list))$/,
    }),
    ...(fault.message === undefined && { hangs: true }),
  };
});

/** Makes a program believe that it runs on macOS, and load a binding with this fault. */
function simulateMacos(fault: BindingFault): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${asMacos}`,
    ...environmentWithFault(fault),
  };
}
