import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import type { AttributeSchema, KeySource, Profile } from '../domain/profile.ts';
import { variablesWith } from '../profiles/variables.ts';

/** An application that keeps credentials, as data. */
export interface Application {
  /**
   * What it is called: letters, digits, `-`, `_` and `.`, the first a letter or a digit. Names its folder for
   * configuration, and what a probe writes for a moment.
   */
  readonly name: string;
  /**
   * What its variables begin with: `ACME` gives `ACME_STORAGE`, `ACME_DISABLE_KEYRING` and the others that README lists.
   * The name in capitals unless given.
   */
  readonly variablePrefix?: string;
  /** How a new encrypted file is sealed where the user does not say: by the home directory unless given. */
  readonly keySource?: KeySource;
  /** Other variables that hold a secret: no child process of keystow's gets them. */
  readonly secretVariables?: readonly string[];
  /** Whose items those in a Secret Service are like: `keytar` finds what the application kept there by that package. */
  readonly attributeSchema?: AttributeSchema;
  /** Credentials that Windows is to show under a target of exactly this name. */
  readonly windowsTargets?: readonly (CredentialName & { readonly target: string })[];
}

/** The profile of an application. A name that no folder can have, or a prefix that no variable can → `invalid-setting`. */
export function toProfile({ name, variablePrefix, keySource = 'home', ...rest }: Application): Profile {
  const prefix = variablePrefix ?? name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  check('name', name, /^[a-z0-9][a-z0-9._-]*$/i);
  check('variablePrefix', prefix, /^[A-Z_][A-Z0-9_]*$/i);
  return {
    ...rest,
    program: name,
    sentinelService: name,
    files: { credentials: 'credentials.json', placement: 'placement.json' },
    keySource,
    variables: variablesWith(prefix),
  };
}

function check(what: string, text: string, pattern: RegExp): void {
  if (pattern.test(text)) return;
  throw new CredentialError('invalid-setting', `the application's ${what} is ${JSON.stringify(text)}`, {
    hint: `give one that matches ${pattern}`,
  });
}
