import type { HostInfo } from '../host-info.ts';
import type { Evidence, Provider, Reason, UntrustedBus } from '../selection/probe-result.ts';
import type { Policy, SkippedStore } from '../selection/selection.ts';
import type { CandidateId } from '../store-id.ts';
import { toOneLine } from '../text/messages.ts';
import {
  continueCommands,
  disableKeePassXCPromptsCommand,
  enableCommands,
  findBusFix,
  formatInstallCommand,
  formatUnlockCommand,
  startCommands,
  unlockCommands,
} from './commands.ts';
import { formatDisableCommand, formatPassDisableCommand } from './setting-advice.ts';

/** Why a store was skipped, and what to do about it. Each is one line. */
export interface Advice {
  readonly explanation: string;
  /** Makes the store usable: a command ready to paste, or a sentence if no command can do it. */
  readonly fix: string;
}

export interface AdviceContext {
  readonly host: HostInfo;
  readonly evidence: Evidence;
}

/** Returns whether a store was skipped because the machine has no desktop, or none that brings a keyring. */
export function isWithoutDesktop({ store, reason }: Pick<SkippedStore, 'store' | 'reason'>): boolean {
  return store === 'secret-service' && (reason === 'no-session-bus' || reason === 'not-installed');
}

/** Reassures users of a machine without a desktop that uses the encrypted file: it isn't a stopgap there. */
export function describeHeadless(
  skipped: readonly Pick<SkippedStore, 'store' | 'reason'>[],
  policy: Policy,
  { hasKeyring }: Evidence,
): string | undefined {
  if (hasKeyring || policy.preference !== 'auto' || !skipped.some(isWithoutDesktop)) return undefined;
  return 'nothing needs to be done: on a machine without a desktop, the encrypted file is the right place';
}

/** The reasons that one store explains, or fixes, in its own way. */
export type AdviceTable = Readonly<Partial<Record<Reason, (context: AdviceContext) => Partial<Advice>>>>;

const keychainAdvice: AdviceTable = {
  locked: () => ({
    explanation:
      'the Keychain is locked and cannot show its dialog here, for example over SSH (errSecInteractionNotAllowed)',
    fix: 'security unlock-keychain',
  }),
  denied: ({ host: { program } }) => ({
    fix: `open Keychain Access, search for ${program}, and allow access again or delete the entry`,
  }),
  'no-collection': () => ({
    explanation: 'this user has no default keychain',
    fix: 'security create-keychain login.keychain && security default-keychain -s login.keychain',
  }),
  'timed-out': () => ({
    fix: 'answer the dialog of the Keychain, or run: security unlock-keychain',
  }),
};

const credentialManagerAdvice: AdviceTable = {
  denied: () => ({
    explanation:
      'this logon session cannot use the Credential Manager, for example over SSH or in a service (ERROR_NO_SUCH_LOGON_SESSION)',
    fix: 'run it in a session that was signed in with a password or on the desktop',
  }),
  'not-running': () => ({ fix: 'in a PowerShell that runs as administrator: Start-Service VaultSvc' }),
};

const secretServiceAdvice: AdviceTable = {
  'no-session-bus': ({ host, evidence: { busDisabled, busMissing, provider } }) => ({
    fix: findBusFix,
    ...(busMissing && {
      explanation:
        'the Secret Service needs a D-Bus session bus, but none is running and no program that starts one is installed',
      fix: formatInstallCommand(host, provider === undefined ? 'secret-service' : 'bus'),
    }),
    ...(busDisabled && {
      explanation: 'the Secret Service needs a D-Bus session bus, which DBUS_SESSION_BUS_ADDRESS disables',
      fix: 'unset DBUS_SESSION_BUS_ADDRESS',
    }),
  }),
  'not-installed': ({ host }) => ({
    explanation: 'the Secret Service is missing: none of GNOME Keyring, KWallet and KeePassXC is installed',
    fix: formatInstallCommand(host),
  }),
  'not-running': ({ evidence: { provider, switchedOff } }) => {
    if (provider === undefined) return {};
    return switchedOff
      ? {
          explanation: `${formatProvider(provider)} is running, but its Secret Service is disabled`,
          fix: enableCommands[provider],
        }
      : { explanation: `${formatProvider(provider)} is installed but not running`, fix: startCommands[provider] };
  },
  locked: ({ host, evidence: { provider, asksEachTime, dismissed } }) =>
    asksEachTime
      ? {
          explanation: `${formatProvider(provider)} asks before each access, and nobody was asked`,
          fix: disableKeePassXCPromptsCommand,
        }
      : {
          explanation: `${formatProvider(provider)} is locked, and ${dismissed ? 'its prompt was dismissed' : 'nobody was asked to unlock it'}`,
          fix: isGnomeKeyring(provider) ? formatUnlockCommand(host) : unlockCommands[provider],
        },
  denied: ({ evidence: { deniedBy, untrustedBus, text } }) => ({
    ...(untrustedBus && {
      explanation: `the D-Bus session bus was not contacted: ${toOneLine(text ?? 'another user could be behind it')}`,
      fix: untrustedBusFixes[untrustedBus],
    }),
    ...(deniedBy === 'sandbox' && {
      fix: 'outside of the sandbox, run: flatpak override --user --talk-name=org.freedesktop.secrets APP (for a snap: sudo snap connect SNAP:password-manager-service)',
    }),
    ...(deniedBy === 'policy' && {
      fix: 'let this program talk to org.freedesktop.secrets in the policy of the bus or of AppArmor (for a snap: sudo snap connect SNAP:password-manager-service)',
    }),
  }),
  'no-collection': ({ host, evidence: { provider } }) => ({
    explanation: `${formatProvider(provider)} has no default collection to store credentials in`,
    ...(isGnomeKeyring(provider) && { fix: formatUnlockCommand(host) }),
  }),
  'timed-out': ({ host, evidence: { provider, busSilent, suspended } }) => {
    const untilThen = `until then, use the encrypted file: ${formatDisableCommand(host)}`;
    if (busSilent)
      return {
        explanation: 'the D-Bus session bus did not answer in time',
        fix: `check it with: busctl --user status; ${untilThen}`,
      };
    const name = formatProvider(provider);
    if (provider && suspended)
      return { explanation: `${name} did not answer in time: it is suspended`, fix: continueCommands[provider] };
    return {
      ...(provider && { explanation: `${name} did not answer in time` }),
      fix: `answer the dialog of ${name} if one is open, or sign in to the desktop again; ${untilThen}`,
    };
  },
  volatile: ({ host }) => ({
    explanation: 'the default collection of the Secret Service is in memory only (UntilLogout)',
    fix: formatUnlockCommand(host),
  }),
  ambiguous: () => ({
    fix: 'store the credential again: keystow then reads its own item, and leaves those of other programs',
  }),
};

const passAdvice: AdviceTable = {
  'not-installed': ({ host }) => ({
    explanation: 'pass is not installed',
    fix: formatInstallCommand(host, 'pass'),
  }),
  locked: ({ evidence: { dismissed } }) => ({
    explanation: dismissed
      ? 'the GnuPG key of the password store is locked, and was not unlocked in the dialog of GnuPG'
      : 'the GnuPG key of the password store is locked or missing, and nobody was asked for its passphrase',
    fix: `gpg --decrypt "$(find "\${PASSWORD_STORE_DIR:-$HOME/.password-store}" -name '*.gpg' -print -quit)" >/dev/null`,
  }),
  denied: () => ({ fix: 'check the owner and the permissions of the folder of the password store' }),
  'not-running': () => ({ fix: 'start the agent of GnuPG: gpgconf --launch gpg-agent' }),
  'timed-out': () => ({ fix: 'check whether GnuPG asks or waits for something: gpg --list-secret-keys' }),
  'no-collection': ({ evidence: { text } }) =>
    // `pass init` would encrypt an existing store for another key.
    /no public key|no assurance/i.test(text ?? '')
      ? {
          explanation: 'GnuPG has no trusted key to encrypt the password store for',
          fix: 'import the key of the store (gpg --import), and trust it (gpg --edit-key KEY trust)',
        }
      : {
          explanation: 'pass has no password store',
          fix: 'pass init KEY, with a key of yours (gpg --list-secret-keys), or a new one (gpg --full-generate-key)',
        },
  failed: ({ host }) => ({ fix: `fix the reported error, or do without pass: ${formatPassDisableCommand(host)}` }),
  'round-trip-mismatch': ({ host }) => ({
    fix: `check the password store, and do without it until then: ${formatPassDisableCommand(host)}`,
  }),
};

/** The application brings it along, so only its documentation can say more. */
const customAdvice: AdviceTable = Object.fromEntries(
  (['not-running', 'locked', 'no-collection', 'denied', 'timed-out', 'round-trip-mismatch', 'ambiguous'] as const).map(
    (reason) => [
      reason,
      ({ host }: AdviceContext) => ({ fix: `see the documentation of ${host.program}: it brings this store along` }),
    ],
  ),
);

/** The kernel keyring is never selected, so its fix is always to install another store. */
const keyutilsAdvice: AdviceTable = {
  volatile: ({ host }) => ({
    explanation:
      'Detected a volatile (UntilReboot) keyring backend: the Linux kernel keyring, which forgets everything at reboot',
    fix: formatInstallCommand(host),
  }),
  'not-installed': ({ host }) => ({
    explanation: 'the Linux kernel keyring is not available, and would forget everything at reboot anyway',
    fix: formatInstallCommand(host),
  }),
};

/** keystow has looked for the user's own bus before. */
const untrustedBusFixes: Readonly<Record<UntrustedBus, string>> = {
  foreign:
    'nothing to do: the encrypted file is used instead; for a keyring of this user, sign in as this user, without su or sudo',
  unmapped:
    'nothing to do: the encrypted file is used instead; for the keyring, run it outside of this container or user namespace',
  writable: 'unset DBUS_SESSION_BUS_ADDRESS, or set it to a bus in a folder that only you can write to',
  transport: 'unset DBUS_SESSION_BUS_ADDRESS',
};

export const storeAdvice: Readonly<Record<CandidateId, AdviceTable>> = {
  keychain: keychainAdvice,
  'credential-manager': credentialManagerAdvice,
  'secret-service': secretServiceAdvice,
  pass: passAdvice,
  custom: customAdvice,
  keyutils: keyutilsAdvice,
};

/** One that isn't known is most often GNOME Keyring. */
function isGnomeKeyring(provider: Provider | undefined): provider is 'gnome-keyring' | undefined {
  return provider === undefined || provider === 'gnome-keyring';
}

function formatProvider(provider: Provider | undefined): string {
  return provider === undefined ? 'the Secret Service' : providerNames[provider];
}

const providerNames: Readonly<Record<Provider, string>> = {
  'gnome-keyring': 'GNOME Keyring',
  kwallet: 'KWallet',
  keepassxc: 'KeePassXC',
};
