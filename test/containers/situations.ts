import type { Reason } from '../../src/domain/selection/probe-result.ts';
import type { CandidateId } from '../../src/domain/store-id.ts';

/** A machine in a given state, and what keystow should select there. */
export interface Situation {
  readonly name: string;
  /** The folder of docker/ that sets it up. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Allows the kernel keyring, which Docker's default seccomp profile blocks. */
  readonly keyctl?: true;
  /** Removes the native binding from node_modules. */
  readonly bindingRemoved?: true;
  /** A shell command to run after the start. */
  readonly afterStart?: string;
  readonly selected: 'secret-service' | 'file';
  /** The skipped stores, in order. */
  readonly skipped: readonly (readonly [CandidateId, Reason])[];
  /** A shell command that prepares the provider for many quick changes. */
  readonly prepare?: string;
  /**
   * The reasons that a user meets, one after another, who applies doctor's fixes until an OS keyring works. A reason that
   * appears twice has two fixes.
   */
  readonly fixedReasons?: readonly Reason[];
}

const busAddress = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' };

/** There's a display, but CI=true means that nobody is using it. */
const desktop = { ...busAddress, DISPLAY: ':99', CI: 'true' };

/** What keystow sees of the kernel keyring under Docker's default seccomp profile. */
const keyctlBlocked = ['keyutils', 'not-installed'] as const;

type Details = Omit<Situation, 'name' | 'selected' | 'skipped'> & Partial<Pick<Situation, 'skipped'>>;

/** `reason`: why the Secret Service is skipped; '' if it isn't. */
function situation(name: string, selected: Situation['selected'], reason: Reason | '', details: Details): Situation {
  const skipped = reason === '' ? [] : ([['secret-service', reason], keyctlBlocked] as const);
  return { name, selected, environment: busAddress, skipped, ...details };
}

/** Home directories that can't be written are in homes.test.ts; the fix that needs npm is in missing-binding.test.ts. */
export const situations: readonly Situation[] = [
  situation('gnome-keyring, unlocked', 'secret-service', '', {
    folder: 'gnome-keyring-unlocked',
  }),
  situation('gnome-keyring, login collection locked, no display', 'file', 'locked', {
    folder: 'gnome-keyring-locked',
    fixedReasons: ['locked'],
  }),
  situation('gnome-keyring, no default collection yet', 'file', 'no-collection', {
    folder: 'gnome-keyring-no-collection',
    fixedReasons: ['no-collection'],
  }),
  situation('gnome-keyring installed, not running, bus there, not activatable', 'file', 'not-running', {
    folder: 'gnome-keyring-not-running',
    fixedReasons: ['not-running', 'no-collection'],
  }),
  situation('gnome-keyring locked, a display, non-interactive', 'file', 'locked', {
    folder: 'gnome-keyring-locked-display',
    environment: desktop,
    fixedReasons: ['locked'],
  }),
  situation('KWallet locked, non-interactive', 'file', 'locked', {
    folder: 'kwallet-locked',
    environment: desktop,
    fixedReasons: ['locked'],
  }),
  situation('KWallet running, its Secret Service switched off', 'file', 'not-running', {
    folder: 'kwallet-switched-off',
    environment: desktop,
    fixedReasons: ['not-running', 'locked'],
  }),
  situation('KeePassXC locked, non-interactive', 'file', 'locked', {
    folder: 'keepassxc-locked',
    environment: desktop,
    fixedReasons: ['locked'],
  }),
  situation('KeePassXC unlocked but asking for every access, non-interactive', 'file', 'locked', {
    folder: 'keepassxc-confirming',
    environment: desktop,
    fixedReasons: ['locked', 'locked'],
  }),
  situation('session bus, no provider', 'file', 'not-installed', {
    folder: 'bus-without-provider',
    fixedReasons: ['not-installed', 'no-collection'],
  }),
  situation('no session bus', 'file', 'no-session-bus', {
    folder: 'no-session-bus',
    environment: {},
  }),
  situation('$XDG_RUNTIME_DIR/bus there but the variable unset', 'secret-service', '', {
    folder: 'gnome-keyring-unlocked',
    environment: {},
  }),
  situation('kernel keyutils only', 'file', 'no-session-bus', {
    folder: 'nothing',
    environment: {},
    keyctl: true,
    skipped: [
      ['secret-service', 'no-session-bus'],
      ['keyutils', 'volatile'],
    ],
  }),
  situation('keyctl blocked', 'file', 'no-session-bus', {
    folder: 'nothing',
    environment: {},
  }),
  situation('KWallet, open wallet', 'secret-service', '', {
    folder: 'kwallet-open',
  }),
  situation('KeePassXC, database open and its group exposed', 'secret-service', '', {
    folder: 'keepassxc-open',
    prepare: '. /situation/keepassxc.sh && save_at_end',
  }),
  situation('a provider that stops answering', 'file', 'timed-out', {
    folder: 'gnome-keyring-unlocked',
    afterStart: 'pkill -STOP -x gnome-keyring-d',
    fixedReasons: ['timed-out'],
  }),
  situation('a bus that accepts and never answers', 'file', 'timed-out', {
    folder: 'bus-never-answers',
  }),
  situation('the native binding removed, gnome-keyring unlocked', 'secret-service', '', {
    folder: 'gnome-keyring-unlocked',
    bindingRemoved: true,
  }),
  situation('a platform whose store needs the binding, and it is missing', 'file', 'binding-missing', {
    folder: 'nothing',
    environment: { NODE_OPTIONS: '--import=/keystow/test/containers/inside/as-macos.mjs' },
    bindingRemoved: true,
    skipped: [['keychain', 'binding-missing']],
  }),
  situation('the OS keyring switched off by its variable', 'file', 'disabled', {
    folder: 'gnome-keyring-unlocked',
    environment: { ...busAddress, KEYSTOW_DISABLE_KEYRING: '1' },
    fixedReasons: ['disabled'],
    skipped: [
      ['secret-service', 'disabled'],
      ['keyutils', 'disabled'],
    ],
  }),
];
