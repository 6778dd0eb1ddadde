import type { ErrorCode } from '../../src/domain/credential-error.ts';

/** One way in which `@napi-rs/keyring` 2.1.2 fails. It gives every failure the same code: the words are all there is. */
export interface BindingFault {
  readonly platform: Platform;
  /** `load`: the module itself; `entry`: making an entry; `call`: what is asked of one, and a search. */
  readonly stage: Stage;
  /** What that comes to, as keystow's code for it. */
  readonly code: ErrorCode;
  /** And in a sentence. */
  readonly meaning: string;
  /** What the error says. `undefined`: there is none, and no answer either. */
  readonly words: string | undefined;
}

/** As `process.platform` names it. */
type Platform = 'linux' | 'darwin' | 'win32';
type Stage = 'load' | 'entry' | 'call';
type Row = readonly [stage: Stage, code: ErrorCode, meaning: string, ...words: readonly (string | undefined)[]];

/** Seen with the Secret Service as the pinned store; an entry is a connection to the bus. */
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
    'the provider was restarted under an old entry',
    'The session does not exist',
    'session wrapping the secret does not exist',
  ],
  [
    'call',
    'not-running',
    'the bus ended, whatever was written',
    'Connection was disconnected before a reply',
    'Connection is closed',
  ],
  ['call', 'timed-out', 'the provider stopped answering', 'Did not receive a reply', undefined],
  [
    'call',
    'failed',
    'another program deleted the item meanwhile',
    'No such interface “org.freedesktop.Secret.Item”',
    'Object does not exist at path',
  ],
  ['call', 'ambiguous', 'several items match', 'Entry is matched by 2 credentials: [..]'],
];

/** SecBase.h: the number, and the sentence that macOS has for some. */
const darwin: readonly Row[] = [
  [
    'call',
    'locked',
    'the Keychain is locked and may not ask for its password here',
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
    'the Keychain did not accept the password, or does not let this program read the item',
    'Platform failure: The user name or passphrase you entered is not correct.',
    'Platform failure: error code -25293',
  ],
  [
    'call',
    'denied',
    'the Keychain does not serve this program, which lacks an entitlement',
    "Platform failure: A required entitlement isn't present.",
    'Platform failure: error code -34018',
  ],
  [
    'call',
    'denied',
    'the Keychain may only be read',
    "Couldn't access platform storage: This keychain cannot be modified.",
    "Couldn't access platform storage: error code -25292",
    'Platform failure: error code -61',
  ],
  [
    'call',
    'not-running',
    'no Keychain is available to this session',
    "Couldn't access platform storage: No keychain is available. You may need to restart your computer.",
    "Couldn't access platform storage: error code -25291",
  ],
  [
    'call',
    'no-collection',
    'there is no default keychain, or it is not a keychain',
    "Couldn't access platform storage: The specified keychain could not be found.",
    "Couldn't access platform storage: error code -25294",
    "Couldn't access platform storage: The specified keychain is not a valid keychain file.",
    "Couldn't access platform storage: error code -25295",
    'Platform failure: A default keychain could not be found.',
    'Platform failure: error code -25307',
  ],
  ['call', 'too-large', 'the secret is larger than the Keychain keeps', 'Platform failure: error code -25302'],
  ['call', 'ambiguous', 'several items of the Keychain match', 'Entry is matched by 2 credentials: [..]'],
  ['call', 'failed', 'the Keychain failed', 'something that nobody has seen yet'],
  ['call', 'timed-out', 'the Keychain did not answer', undefined],
];

/** winerror.h, in the binding's words. */
const win32: readonly Row[] = [
  [
    'call',
    'denied',
    'this logon session has no Credential Manager, as is so over SSH and in some services',
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
  [
    'call',
    'too-large',
    'the secret is larger than Credential Manager keeps',
    'Platform failure: Windows error code 1783',
  ],
  [
    'call',
    'too-large',
    'the secret or its name is larger than Credential Manager keeps',
    "Value of 'secret' is longer than the platform limit of 2560 chars",
    "Value of 'user' is longer than the platform limit of 513 chars",
  ],
  ['call', 'ambiguous', 'several credentials of Credential Manager match', 'Entry is matched by 3 credentials: [..]'],
  ['call', 'failed', 'the Credential Manager failed', 'something that nobody has seen yet'],
  ['call', 'timed-out', 'the Credential Manager did not answer', undefined],
];

/** On every platform. */
const missing: Row = ['load', 'binding-missing', 'the native module is not installed', 'no such prebuild'];

export const bindingFaults: readonly BindingFault[] = Object.entries({ linux, darwin, win32 }).flatMap(
  ([platform, rows]) =>
    [missing, ...rows].flatMap(([stage, code, meaning, ...texts]) =>
      texts.map((words) => ({ platform: platform as Platform, stage, code, meaning, words })),
    ),
);
