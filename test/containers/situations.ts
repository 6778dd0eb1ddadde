import type { Reason } from '../../src/domain/selection/probe-result.ts';
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
  readonly skipped: readonly (readonly [CandidateId, Reason])[];
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

type About = Omit<Situation, 'name' | 'selected' | 'skipped'> & Partial<Pick<Situation, 'skipped'>>;

/** `reason`: why the Secret Service is passed over, if it is. */
function row(name: string, selected: Situation['selected'], reason: Reason | '', about: About): Situation {
  const skipped = reason === '' ? [] : ([['secret-service', reason], keyctlBlocked] as const);
  return { name, selected, environment: busAddress, skipped, ...about };
}

/** Homes that cannot be written to are in homes.test.ts, and the cure that takes npm in missing-binding.test.ts. */
export const situations: readonly Situation[] = [
  row('gnome-keyring, unlocked', 'secret-service', '', {
    folder: 'gnome-keyring-unlocked',
  }),
  row('gnome-keyring, login collection locked, no display', 'file', 'locked', {
    folder: 'gnome-keyring-locked',
    cure: ['locked'],
  }),
  row('gnome-keyring, no default collection yet', 'file', 'no-collection', {
    folder: 'gnome-keyring-no-collection',
    cure: ['no-collection'],
  }),
  row('gnome-keyring installed, not running, bus there, not activatable', 'file', 'not-running', {
    folder: 'gnome-keyring-not-running',
    cure: ['not-running'],
  }),
  row('gnome-keyring locked, a display there but nobody at it, non-interactive', 'file', 'locked', {
    folder: 'gnome-keyring-locked-display',
    environment: desktop,
    cure: ['locked'],
  }),
  row('KWallet locked, non-interactive', 'file', 'locked', {
    folder: 'kwallet-locked',
    environment: desktop,
    cure: ['locked'],
  }),
  row('KWallet running, its Secret Service switched off', 'file', 'not-running', {
    folder: 'kwallet-switched-off',
    environment: desktop,
    cure: ['not-running', 'locked'],
  }),
  row('KeePassXC locked, non-interactive', 'file', 'locked', {
    folder: 'keepassxc-locked',
    environment: desktop,
    cure: ['locked'],
  }),
  row('KeePassXC unlocked but asking for every access, non-interactive', 'file', 'locked', {
    folder: 'keepassxc-confirming',
    environment: desktop,
    cure: ['locked', 'locked'],
  }),
  row('session bus, no provider', 'file', 'not-installed', {
    folder: 'bus-without-provider',
    cure: ['not-installed', 'no-collection'],
  }),
  row('no session bus', 'file', 'no-session-bus', {
    folder: 'no-session-bus',
    environment: {},
    cure: ['no-session-bus', 'no-collection'],
  }),
  row('$XDG_RUNTIME_DIR/bus there but the variable unset', 'secret-service', '', {
    folder: 'gnome-keyring-unlocked',
    environment: {},
  }),
  row('kernel keyutils only', 'file', 'no-session-bus', {
    folder: 'nothing',
    environment: {},
    keyctl: true,
    cure: ['no-session-bus', 'no-session-bus', 'no-collection'],
    skipped: [
      ['secret-service', 'no-session-bus'],
      ['keyutils', 'volatile'],
    ],
  }),
  row('keyctl blocked', 'file', 'no-session-bus', {
    folder: 'nothing',
    environment: {},
    cure: ['no-session-bus', 'no-session-bus', 'no-collection'],
  }),
  row('KWallet, open wallet', 'secret-service', '', {
    folder: 'kwallet-open',
  }),
  row('KeePassXC, database open and its group exposed', 'secret-service', '', {
    folder: 'keepassxc-open',
    readied: '. /situation/keepassxc.sh && save_at_end',
  }),
  row('a provider that stops answering', 'file', 'timed-out', {
    folder: 'gnome-keyring-unlocked',
    befalls: 'pkill -STOP -x gnome-keyring-d',
    cure: ['timed-out'],
  }),
  row('a bus that accepts and never answers', 'file', 'timed-out', {
    folder: 'bus-never-answers',
    cure: ['timed-out', 'no-collection'],
  }),
  row('the native binding removed, gnome-keyring unlocked', 'secret-service', '', {
    folder: 'gnome-keyring-unlocked',
    bindingRemoved: true,
  }),
  row('a platform whose store needs the binding, and it is missing', 'file', 'binding-missing', {
    folder: 'nothing',
    environment: { NODE_OPTIONS: '--import=/keystow/test/containers/inside/as-macos.mjs' },
    bindingRemoved: true,
    skipped: [['keychain', 'binding-missing']],
  }),
  row('the OS keyring switched off by its variable', 'file', 'disabled', {
    folder: 'gnome-keyring-unlocked',
    environment: { ...busAddress, KEYSTOW_DISABLE_KEYRING: '1' },
    cure: ['disabled'],
    skipped: [
      ['secret-service', 'disabled'],
      ['keyutils', 'disabled'],
    ],
  }),
];
