import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { type AttributeSchema, type KeySource, nameVariables, type Profile } from '../domain/profile.ts';
import { quoteForShell, quoteForWindows } from '../domain/text/quote.ts';
import { keystow } from './keystow.ts';

/** Describes an application that stores credentials. */
export interface Application {
  /**
   * The name of its configuration folder, the service of a probe's test credential, and what marks its credentials in the
   * OS stores: with another name, it finds none of them. At most 100 letters, digits, `-`, `_` and `.`, starting with
   * a letter or a digit. The name of a scoped package is valid too: the folder of `@acme/tool` is `@acme+tool`.
   */
  readonly name: string;
  /**
   * The prefix of its environment variables: `ACME` for `ACME_STORAGE`, `ACME_DISABLE_KEYRING` and so on. `man keystow`
   * lists them with keystow's own prefix. Default: the name in upper case, with `_` for everything but letters and digits:
   * `ACME_TOOL` for `@acme/tool`.
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

/** Returns the profile of a program that embeds keystow. An invalid name or prefix → `invalid-setting`. */
export function createApplicationProfile(application: Application | string): Profile {
  const { name, variablePrefix, keySource = 'home', ...rest } = toApplication(application);
  checkPattern('name', name, /^(?=.{1,100}$)(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i);
  const prefix = variablePrefix ?? toPrefix(name);
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

/**
 * Returns the profile of a program that embeds keystow, for one of keystow's own that inspects what it keeps. `keytar` stands
 * for all programs that use `keystow/keytar`.
 */
export function createInspectionProfile(
  name: string,
  program: string,
  { folder, variablePrefix, attributeSchema }: InspectionOptions = {},
): Profile {
  const application = { name, ...(variablePrefix && { variablePrefix }), ...(attributeSchema && { attributeSchema }) };
  const { isEmbedded: _, ...profile } = name === 'keytar' ? keytar : createApplicationProfile(application);
  const prefix = variablePrefix && name !== 'keytar' ? ` --variable-prefix ${variablePrefix}` : '';
  const schema = attributeSchema && name !== 'keytar' ? ` --attribute-schema ${attributeSchema}` : '';
  const command = `${program} --application ${name}${formatFolderOption(folder)}${prefix}${schema}`;
  return {
    ...profile,
    program: `${program} --application ${name}`,
    command,
    application: name,
    folder: profile.program,
    moveCommand: `${command} migrate --to keychain`,
  };
}

/** What an application sets in code, and what decides where its credentials are. */
export interface InspectionOptions {
  readonly folder?: string;
  readonly variablePrefix?: string;
  readonly attributeSchema?: AttributeSchema;
}

function formatFolderOption(folder: string | undefined): string {
  if (folder === undefined) return '';
  return ` --config-dir ${process.platform === 'win32' ? quoteForWindows(folder) : quoteForShell(folder)}`;
}

/** A program in JavaScript may pass anything, also nothing: the name is checked next. */
function toApplication(application: Application | string): Application {
  return typeof application === 'object' && application !== null ? application : { name: application };
}

function toPrefix(name: string): string {
  return name
    .toUpperCase()
    .replace(/^@/, '')
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_');
}

function checkPattern(option: string, value: unknown, pattern: RegExp): asserts value is string {
  if (typeof value === 'string' && pattern.test(value)) return;
  throw new CredentialError('invalid-setting', `invalid ${option} of the application: ${JSON.stringify(value)}`, {
    hint: `use one that matches ${pattern}`,
  });
}

/**
 * All programs that call keytar's functions, since those don't name the application. They use keystow's folder and
 * variables, but files of their own, because the `keystow` command can't find their items in a Secret Service.
 */
const { moveCommand: _, ...shared } = keystow;

export const keytar: Profile = {
  ...shared,
  application: 'keytar',
  isEmbedded: true,
  files: { credentials: 'keytar.json', placement: 'keytar-placement.json' },
  attributeSchema: 'keytar',
};
