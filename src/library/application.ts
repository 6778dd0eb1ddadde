import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import type { AttributeSchema, KeySource, Profile } from '../domain/profile.ts';
import { nameVariables } from '../profiles/variables.ts';

/** Describes an application that stores credentials. */
export interface Application {
  /**
   * The name of its configuration folder, and the service of a probe's test credential. Letters, digits, `-`, `_` and
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
    sentinelService: name,
    files: { credentials: 'credentials.json', placement: 'placement.json' },
    keySource,
    variables: nameVariables(prefix),
  };
}

function checkPattern(option: string, value: string, pattern: RegExp): void {
  if (pattern.test(value)) return;
  throw new CredentialError('invalid-setting', `invalid ${option} of the application: ${JSON.stringify(value)}`, {
    hint: `use one that matches ${pattern}`,
  });
}
