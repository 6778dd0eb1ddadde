import { createRequire } from 'node:module';
import type { ErrorCode } from '../../src/domain/credential-error.ts';

/** One way in which `@napi-rs/keyring` 2.1.2 fails. All failures have the same code, so only the message tells them apart. */
export interface BindingFault {
  readonly platform: Platform;
  /** What fails. `load`: loading the module; `entry`: creating an entry; `call`: calling a method of an entry, or a search. */
  readonly stage: Stage;
  /** keystow's code for it. */
  readonly code: ErrorCode;
  /** A description for people. */
  readonly meaning: string;
  /** The error's message. `undefined`: the call never settles. */
  readonly message: string | undefined;
}

/** As `process.platform` names it. */
type Platform = 'linux' | 'darwin' | 'win32';
type Stage = 'load' | 'entry' | 'call';
type Row = readonly [stage: Stage, code: ErrorCode, meaning: string, ...messages: readonly (string | undefined)[]];

/** Observed with the Secret Service as the selected store, where each entry is a connection to the bus. */
const linux: readonly Row[] = [
  [
    'entry',
    'no-session-bus',
    'there is no session bus',
    'Using X11 for dbus-daemon autolaunch was disabled at compile time, set your DBUS_SESSION_BUS_ADDRESS instead',
    'Failed to connect to socket /run/user/1000/bus: No such file or directory',
    'Address does not contain a colon',
    'Could not parse server address: Unknown address type',
  ],
  [
    'entry',
    'not-installed',
    'nothing provides the Secret Service',
    'The name org.freedesktop.secrets was not provided by any .service files',
  ],
  ['entry', 'failed', 'the process has too many files open', 'Failed to open socket: Too many open files'],
  ['entry', 'timed-out', 'the provider does not answer', 'Did not receive a reply'],
  ['call', 'locked', 'the collection is locked', 'Secret Service: unlock prompt was dismissed'],
  ['call', 'no-collection', 'there is no default collection', 'Secret Service: no result found'],
  [
    'call',
    'failed',
    'the provider was restarted after the entry was created',
    'The session does not exist',
    'session wrapping the secret does not exist',
  ],
  ['call', 'not-running', 'the bus ended', 'Connection was disconnected before a reply', 'Connection is closed'],
  ['call', 'timed-out', 'the provider stopped answering', 'Did not receive a reply', undefined],
  [
    'call',
    'failed',
    'another program has deleted the item',
    'No such interface “org.freedesktop.Secret.Item”',
    'Object does not exist at path',
  ],
  ['call', 'ambiguous', 'several items match', 'Entry is matched by 2 credentials: [..]'],
];

/** From SecBase.h: the number and, for some errors, the sentence that macOS has for it. */
const darwin: readonly Row[] = [
  [
    'call',
    'locked',
    'the Keychain is locked and cannot ask for its password here',
    'Platform failure: User interaction is not allowed.',
    'Platform failure: error code -25308',
    'Platform failure: User interaction is required, but is currently not allowed.',
    'OSStatus -25315',
  ],
  [
    'call',
    'denied',
    'the dialog of the Keychain was dismissed',
    'Platform failure: User canceled the operation.',
    'Platform failure: error code -128',
  ],
  [
    'call',
    'denied',
    'the password of the Keychain is wrong, or this program may not read the item',
    'Platform failure: The user name or passphrase you entered is not correct.',
    'Platform failure: error code -25293',
  ],
  [
    'call',
    'denied',
    'this program lacks an entitlement that the Keychain requires',
    "Platform failure: A required entitlement isn't present.",
    'Platform failure: error code -34018',
  ],
  [
    'call',
    'denied',
    'the Keychain is read-only',
    "Couldn't access platform storage: This keychain cannot be modified.",
    "Couldn't access platform storage: error code -25292",
    'Platform failure: error code -61',
  ],
  [
    'call',
    'not-running',
    'no Keychain is available in this session',
    "Couldn't access platform storage: No keychain is available. You may need to restart your computer.",
    "Couldn't access platform storage: error code -25291",
  ],
  [
    'call',
    'no-collection',
    'there is no default keychain, or it is invalid',
    "Couldn't access platform storage: The specified keychain could not be found.",
    "Couldn't access platform storage: error code -25294",
    "Couldn't access platform storage: The specified keychain is not a valid keychain file.",
    "Couldn't access platform storage: error code -25295",
    'Platform failure: A default keychain could not be found.',
    'Platform failure: error code -25307',
  ],
  ['call', 'too-large', 'the secret is too large for the Keychain', 'Platform failure: error code -25302'],
  ['call', 'ambiguous', 'several items in the Keychain match', 'Entry is matched by 2 credentials: [..]'],
  ['call', 'failed', 'the Keychain failed', 'an unknown message'],
  ['call', 'timed-out', 'the Keychain did not answer', undefined],
];

/** From winerror.h, as the binding prints them. */
const win32: readonly Row[] = [
  [
    'call',
    'denied',
    'Credential Manager is not available in this logon session, as over SSH and in some services',
    "Couldn't access platform storage: Windows ERROR_NO_SUCH_LOGON_SESSION",
    'Platform failure: Windows error code 1312',
    'Failed to enumerate credentials Error { code: HRESULT(0x80070520), message: "…" }',
  ],
  [
    'call',
    'denied',
    'access to Credential Manager is denied',
    'Platform failure: Windows error code 5',
    'Failed to enumerate credentials Error { code: HRESULT(0x80070005), message: "…" }',
  ],
  ['call', 'too-large', 'the secret is too large for Credential Manager', 'Platform failure: Windows error code 1783'],
  [
    'call',
    'too-large',
    'the secret or its name is too large for Credential Manager',
    "Value of 'secret' is longer than the platform limit of 2560 chars",
    "Value of 'user' is longer than the platform limit of 513 chars",
  ],
  ['call', 'ambiguous', 'several credentials in Credential Manager match', 'Entry is matched by 3 credentials: [..]'],
  ['call', 'failed', 'the Credential Manager failed', 'an unknown message'],
  ['call', 'timed-out', 'the Credential Manager did not answer', undefined],
];

/** Happens on every platform. */
const missing: Row = ['load', 'binding-missing', 'the native module is not installed', 'no such prebuild'];

export const bindingFaults: readonly BindingFault[] = Object.entries({ linux, darwin, win32 }).flatMap(
  ([platform, rows]) =>
    [missing, ...rows].flatMap(([stage, code, meaning, ...messages]) =>
      messages.map((message) => ({ platform: platform as Platform, stage, code, meaning, message })),
    ),
);

export type Environment = Readonly<Record<string, string>>;

/**
 * Returns the environment in which a program loads a binding with this fault instead of the platform's own. A call that
 * hangs blocks a thread of the process, as a real one does.
 */
export function environmentWithFault({ stage, message }: Pick<BindingFault, 'stage' | 'message'>): Environment {
  return {
    NAPI_RS_NATIVE_LIBRARY_PATH: createRequire(import.meta.url).resolve('keystow/testing/native-library'),
    KEYSTOW_FAULTY_BINDING: JSON.stringify({ stage, message }),
  };
}
