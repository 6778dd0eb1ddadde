import type { ErrorCode } from './credential-error.ts';
import type { CredentialName } from './credential-name.ts';

/** How the encrypted file is sealed: bound to the user's home directory, or to a passphrase. */
export const keySources = ['home', 'passphrase'] as const;

export type KeySource = (typeof keySources)[number];

/** An application that keeps credentials, as data: what it is called, what it reads, where its files are. */
export interface Profile {
  /** The command as it is typed; also the name of its folder for configuration. */
  readonly program: string;
  /** The service under which a probe writes its sentinel. */
  readonly sentinelService: string;
  /** File names in the folder for configuration. */
  readonly files: { readonly credentials: string; readonly placement: string };
  /** How a new encrypted file is sealed where the user does not say. */
  readonly keySource: KeySource;
  /** Environment variables, by what they set. */
  readonly variables: {
    /** `auto`, `keychain` or `file`. */
    readonly storage: string;
    /** `1`: no OS keyring is so much as asked. */
    readonly disableKeyring: string;
    /** `1`: pass(1) is a candidate too. */
    readonly usePass: string;
    /** `home` or `passphrase`. */
    readonly keySource: string;
    /** A folder to use instead of the platform's. */
    readonly configDir: string;
    /** `1`: the passphrase may come from {@link passphrase}. */
    readonly allowEnvPassphrase: string;
    /** The passphrase; ignored without {@link allowEnvPassphrase}. */
    readonly passphrase: string;
    /** The passphrase that is to take the place of {@link passphrase}; ignored without {@link allowEnvPassphrase}. */
    readonly newPassphrase: string;
    /** `1`: no notices on stderr. */
    readonly quiet: string;
  };
  /** Variables that hold a secret, beside the passphrases. */
  readonly secretVariables?: readonly string[];
  /** What its items in the Secret Service are like: keystow's where it says nothing. */
  readonly attributeSchema?: AttributeSchema;
  /** Credentials that Windows shows under a target of exactly this name. */
  readonly windowsTargets?: readonly (CredentialName & { readonly target: string })[];
  /** What the application itself calls an error, where its users know it by another name than its code. */
  readonly errorNames?: Readonly<Partial<Record<ErrorCode, string>>>;
}

/** The variables that no child process gets. */
export function allSecretVariables({ variables, secretVariables = [] }: Profile): readonly string[] {
  return [variables.passphrase, variables.newPassphrase, ...secretVariables];
}

/**
 * Whose items a program's items in the Secret Service are like: those of `@napi-rs/keyring` and Python's keyring, which
 * are keystow's own, or keytar's. No program finds what is kept in the other layout. Other stores have but one.
 */
export const attributeSchemas = ['keystow', 'keytar'] as const;

/** One of {@link attributeSchemas}. */
export type AttributeSchema = (typeof attributeSchemas)[number];
