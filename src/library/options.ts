import type { ContextOptions } from '../composition/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { type AttributeSchema, type KeySource, nameVariables, type Profile } from '../domain/profile.ts';
import { Secret } from '../domain/secret.ts';
import { escapeUnprintable } from '../domain/text/escape.ts';
import type { Terminal } from '../ports/interaction.ts';

/** Describes an application that stores credentials. */
export interface Application {
  /**
   * The name of its configuration folder, the service of a probe's test credential, and what marks its credentials in the
   * OS stores: with another name, it finds none of them. Letters, digits, `-`, `_` and
   * `.`, starting with a letter or a digit.
   */
  readonly name: string;
  /**
   * The prefix of its environment variables: `ACME` for `ACME_STORAGE`, `ACME_DISABLE_KEYRING` and so on. `man keystow`
   * lists them with keystow's own prefix. Default: the name in upper case, with `_` for `-` and `.`.
   */
  readonly variablePrefix?: string;
  /** What opens a new encrypted file, if the user doesn't set it. Default: `home`, the home directory. */
  readonly keySource?: KeySource;
  /** Other variables that contain a secret. They are removed from the environment of child processes. */
  readonly secretVariables?: readonly string[];
  /** The attributes of its items in a Secret Service: `keytar` shares them with the keytar package. Default: `keystow`. */
  readonly attributeSchema?: AttributeSchema;
  /** Credentials that Windows shows under exactly this target name. */
  readonly windowsTargets?: readonly (CredentialName & { readonly target: string })[];
}

/** An invalid name or prefix → `invalid-setting`. */
export function toProfile({ name, variablePrefix, keySource = 'home', ...rest }: Application): Profile {
  const prefix = variablePrefix ?? name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  checkPattern('name', name, /^[a-z0-9][a-z0-9._-]*$/i);
  checkPattern('variablePrefix', prefix, /^[A-Z_][A-Z0-9_]*$/i);
  return {
    ...rest,
    program: name,
    isEmbedded: true,
    sentinelService: name,
    files: { credentials: 'credentials.json', placement: 'placement.json' },
    keySource,
    // What keytar stores has no mark, and other programs may share it.
    ...(rest.attributeSchema !== 'keytar' && { scope: name }),
    variables: nameVariables(prefix),
  };
}

/** Accepts the module as `require` and `import * as` return it. Anything else → `invalid-setting`. */
export function toBinding(module: object): NonNullable<ContextOptions['binding']> {
  const { default: inner } = module as { readonly default?: unknown };
  for (const binding of [module, inner] as Partial<NonNullable<ContextOptions['binding']>>[]) {
    if (binding?.AsyncEntry && binding.findCredentialsAsync) return binding as Required<typeof binding>;
  }
  throw new CredentialError('invalid-setting', 'invalid option binding', {
    hint: "pass the module @napi-rs/keyring: require('@napi-rs/keyring')",
  });
}

function checkPattern(option: string, value: string, pattern: RegExp): void {
  if (pattern.test(value)) return;
  throw new CredentialError('invalid-setting', `invalid ${option} of the application: ${JSON.stringify(value)}`, {
    hint: `use one that matches ${pattern}`,
  });
}

/** How keystow may interact with the application's user. */
export interface UserInteraction {
  /**
   * Whether a store may show its own dialog, for example to unlock a keyring. Default: `false`, which is right for a
   * server. No dialog is ever shown if there's neither a terminal nor a display, or if `CI` is set.
   */
  readonly interactive?: boolean;
  /** Asks for the passphrase of the encrypted file. Returning `undefined`, or leaving this out, means that nobody can be asked. */
  askPassphrase?(question: string): Promise<string | undefined>;
  /** Receives notices and warnings, one line each. keystow itself prints nothing. */
  onNotice?(line: string): void;
}

/** A terminal that calls the application's functions. */
export function createCallbackTerminal({ askPassphrase, onNotice }: UserInteraction, quiet: boolean): Terminal {
  return {
    notice: (line) => {
      if (!quiet) onNotice?.(escapeUnprintable(line));
    },
    warn: (line) => onNotice?.(escapeUnprintable(line)),
    async askHidden(question) {
      const answer = await askPassphrase?.(escapeUnprintable(question));
      if (answer !== undefined) return new Secret(new TextEncoder().encode(answer));
      throw new CredentialError('passphrase-required', 'a passphrase is required, and nobody can be asked for it');
    },
    restoreEcho: () => {},
  };
}
