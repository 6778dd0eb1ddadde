import type { Reason } from '../../src/domain/probe.ts';
import type { CandidateId } from '../../src/domain/store-id.ts';

/** A machine as keystow may find it, and what is to be found there. */
export interface Situation {
  readonly name: string;
  /** The folder of docker/ that brings it up. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The kernel's keyring may be used, which Docker's own seccomp profile forbids. */
  readonly keyctl?: true;
  /** The native binding is taken out of node_modules. */
  readonly bindingRemoved?: true;
  /** What befalls it then, as a line of shell. */
  readonly befalls?: string;
  readonly selected: 'secret-service' | 'file';
  /** Each store passed over, in order. */
  readonly passedOver: readonly (readonly [CandidateId, Reason])[];
  /** What readies its provider for many changes at once, as a line of shell. */
  readonly readied?: string;
  /**
   * The reasons that are met one after the other by who applies the fixes that doctor prints, up to an OS keyring. One that
   * comes twice has two fixes.
   */
  readonly cure?: readonly Reason[];
}

const busAddress = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' };

/** A display is there, and CI says that nobody is at it. */
const desktop = { ...busAddress, DISPLAY: ':99', CI: 'true' };

/** What Docker's own seccomp profile makes of the kernel's keyring. */
const keyctlBlocked = ['keyutils', 'not-installed'] as const;

function served(name: string, folder: string, about: Partial<Situation> = {}): Situation {
  return { name, folder, environment: busAddress, selected: 'secret-service', passedOver: [], ...about };
}

function passedOver(name: string, folder: string, reason: Reason, about: Partial<Situation> = {}): Situation {
  const stores = [['secret-service', reason], keyctlBlocked] as const;
  return { name, folder, environment: busAddress, selected: 'file', passedOver: stores, ...about };
}

export const situations: readonly Situation[] = [
  served('gnome-keyring, unlocked', 'gnome-keyring-unlocked'),
  served('the bus is where it should be, and the variable unset', 'gnome-keyring-unlocked', { environment: {} }),
  served('the native binding removed, which Linux does not need', 'gnome-keyring-unlocked', { bindingRemoved: true }),
  served('KWallet, an open wallet', 'kwallet-open'),
  served('KeePassXC, an open database', 'keepassxc-open', {
    readied: '. /situation/keepassxc.sh && save_at_end',
  }),
  passedOver('gnome-keyring locked, no display', 'gnome-keyring-locked', 'locked', { cure: ['locked'] }),
  passedOver('gnome-keyring without a collection', 'gnome-keyring-no-collection', 'no-collection', {
    cure: ['no-collection'],
  }),
  passedOver('gnome-keyring installed and not running', 'gnome-keyring-not-running', 'not-running', {
    cure: ['not-running'],
  }),
  passedOver('gnome-keyring locked, a display and nobody at it', 'gnome-keyring-locked-display', 'locked', {
    environment: desktop,
    cure: ['locked'],
  }),
  passedOver('KWallet locked', 'kwallet-locked', 'locked', { environment: desktop, cure: ['locked'] }),
  passedOver('KWallet with its Secret Service switched off', 'kwallet-switched-off', 'not-running', {
    environment: desktop,
    cure: ['not-running', 'locked'],
  }),
  passedOver('KeePassXC locked', 'keepassxc-locked', 'locked', { environment: desktop, cure: ['locked'] }),
  passedOver('KeePassXC open, asking for every access', 'keepassxc-confirming', 'locked', {
    environment: desktop,
    cure: ['locked', 'locked'],
  }),
  passedOver('a session bus, no provider', 'bus-without-provider', 'not-installed', {
    cure: ['not-installed', 'no-collection'],
  }),
  passedOver('gnome-keyring installed, no session bus', 'no-session-bus', 'no-session-bus', {
    environment: {},
    cure: ['no-session-bus', 'no-collection'],
  }),
  passedOver('neither a bus nor a provider, keyctl blocked', 'nothing', 'no-session-bus', {
    environment: {},
    cure: ['no-session-bus', 'no-session-bus', 'no-collection'],
  }),
  passedOver('kernel keyutils only', 'nothing', 'no-session-bus', {
    environment: {},
    keyctl: true,
    cure: ['no-session-bus', 'no-session-bus', 'no-collection'],
    passedOver: [
      ['secret-service', 'no-session-bus'],
      ['keyutils', 'volatile'],
    ],
  }),
  passedOver('a provider that stops answering', 'gnome-keyring-unlocked', 'timed-out', {
    befalls: 'pkill -STOP -x gnome-keyring-d',
    cure: ['timed-out'],
  }),
  passedOver('a bus that takes connections and never answers', 'bus-never-answers', 'timed-out'),
  passedOver('the OS keyring switched off by its variable', 'gnome-keyring-unlocked', 'disabled', {
    environment: { ...busAddress, KEYSTOW_DISABLE_KEYRING: '1' },
    cure: ['disabled'],
    passedOver: [
      ['secret-service', 'disabled'],
      ['keyutils', 'disabled'],
    ],
  }),
  passedOver('a platform whose store needs the binding, and it is missing', 'nothing', 'binding-missing', {
    environment: { NODE_OPTIONS: '--import=/keystow/test/containers/inside/as-macos.mjs' },
    bindingRemoved: true,
    passedOver: [['keychain', 'binding-missing']],
  }),
];
