import type { ErrorCode } from './credential-error.ts';
import type { CredentialName } from './credential-name.ts';

/** What opens the encrypted file: the path of the user's home directory, or a passphrase. */
export const keySources = ['home', 'passphrase'] as const;

export type KeySource = (typeof keySources)[number];

/** An application that stores credentials, as data: its name, its variables, its files. */
export interface Profile {
  /** The command as users type it. */
  readonly program: string;
  /** The command that hints name instead, for a program that has none of keystow's commands. */
  readonly command?: string;
  /** The name that its encrypted file is bound to. Default: {@link program}. */
  readonly application?: string;
  /** The name of its configuration folder. Default: {@link program}. */
  readonly folder?: string;
  /** The service that a probe writes its sentinel under. */
  readonly sentinelService: string;
  /** A program that embeds keystow: it has none of keystow's commands, so no hint may name one. */
  readonly isEmbedded?: boolean;
  /** File names in the configuration folder. */
  readonly files: { readonly credentials: string; readonly placement: string };
  /** What opens a new encrypted file, unless the user's settings choose. */
  readonly keySource: KeySource;
  /** Environment variables, by what they set. */
  readonly variables: {
    /** `auto`, `keychain` or `file`. */
    readonly storage: string;
    /** `1`: no OS keyring is contacted. */
    readonly disableKeyring: string;
    /** `1`: pass(1) is a candidate. */
    readonly usePass: string;
    /** `home` or `passphrase`. */
    readonly keySource: string;
    /** A configuration folder to use instead of the platform's. */
    readonly configDir: string;
    /** `1`: the passphrase may come from the environment. */
    readonly allowEnvPassphrase: string;
    /** The passphrase. Ignored without {@link allowEnvPassphrase}. */
    readonly passphrase: string;
    /** The passphrase to change to. Ignored without {@link allowEnvPassphrase}. */
    readonly newPassphrase: string;
    /** `1`: no notices on stderr. */
    readonly quiet: string;
  };
  /** The settings that the application made in code, and that no variable of the user's replaces. */
  readonly setInCode?: readonly ('storage' | 'disableKeyring' | 'usePass')[];
  /** Variables with secrets, besides the passphrases. */
  readonly secretVariables?: readonly string[];
  /**
   * The name that its items in every OS store are marked with, so that it finds no other program's. Absent: its items have
   * plain names, which other programs may share.
   */
  readonly scope?: string;
  /** Whether a read may return another program's item if there's none with {@link scope}. */
  readonly readsOthers?: boolean;
  /** The attributes of its items in the Secret Service. Default: `keystow`. */
  readonly attributeSchema?: AttributeSchema;
  /** Credentials that Windows lists under exactly this target. */
  readonly windowsTargets?: readonly (CredentialName & { readonly target: string })[];
  /** The command that moves credentials from the encrypted file to the OS keyring, if there is one. */
  readonly moveCommand?: string;
  /** The application's own names for error codes. */
  readonly errorNames?: Readonly<Partial<Record<ErrorCode, string>>>;
}

/** The command that hints name. */
export function getCommand({ program, command = program }: Profile): string {
  return command;
}

/** The prefixes of the variables of this package's programs. */
const programPrefixes = ['KEYSTOW', 'JSM', 'DIFY'];
const secretSuffixes = ['CREDENTIALS_PASSPHRASE', 'NEW_CREDENTIALS_PASSPHRASE', 'EXPORT_PASSPHRASE', 'CLIENT_SECRET'];

/**
 * Returns whether no child process may inherit a variable: it holds a secret of the application, or of any program of this
 * package. Ignores case, as Windows does.
 */
// Stryker disable next-line ArrayDeclaration: one more name only hides one more variable
export function isSecretVariable(name: string, { variables, secretVariables = [] }: Profile): boolean {
  const ofPrograms = programPrefixes.flatMap((prefix) => secretSuffixes.map((suffix) => `${prefix}_${suffix}`));
  const secrets = [...ofPrograms, variables.passphrase, variables.newPassphrase, ...secretVariables];
  return secrets.some((secret) => secret.toUpperCase() === name.toUpperCase());
}

/**
 * The attributes of an item in the Secret Service: `keystow` is shared with `secret-tool`, `@napi-rs/keyring` and
 * Python's keyring; `keytar` is keytar's. Credentials in one schema are invisible in the other.
 */
export const attributeSchemas = ['keystow', 'keytar'] as const;

/** One of {@link attributeSchemas}. */
export type AttributeSchema = (typeof attributeSchemas)[number];

/** Returns the names of an application's variables. */
export function nameVariables(prefix: string): Profile['variables'] {
  return {
    storage: `${prefix}_STORAGE`,
    disableKeyring: `${prefix}_DISABLE_KEYRING`,
    usePass: `${prefix}_USE_PASS`,
    keySource: `${prefix}_SEAL`,
    configDir: `${prefix}_CONFIG_DIR`,
    allowEnvPassphrase: `${prefix}_ALLOW_ENV_PASSPHRASE`,
    passphrase: `${prefix}_CREDENTIALS_PASSPHRASE`,
    newPassphrase: `${prefix}_NEW_CREDENTIALS_PASSPHRASE`,
    quiet: `${prefix}_QUIET`,
  };
}
