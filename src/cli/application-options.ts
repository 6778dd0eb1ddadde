import { CredentialError } from '../domain/credential-error.ts';
import { attributeSchemas, type Profile } from '../domain/profile.ts';
import { createInspectionProfile } from '../profiles/application.ts';
import type { ValueOption } from './command.ts';

/** `--application NAME`: inspects what a program that embeds keystow keeps. The others repeat what it sets in code. */
export const applicationOptions = {
  application: {
    value: 'NAME',
    describe: 'work with the credentials of the application NAME, which uses keystow as a library',
  },
  'config-dir': { value: 'FOLDER', describe: 'with --application: the folder that the application has chosen' },
  'variable-prefix': { value: 'PREFIX', describe: 'with --application: the prefix of its environment variables' },
  'attribute-schema': {
    value: 'SCHEMA',
    choices: attributeSchemas,
    describe: 'with --application: the attributes of its items in a Secret Service',
  },
} as const satisfies Readonly<Record<string, ValueOption>>;

type OptionName = keyof typeof applicationOptions;

const optionPattern = new RegExp(`^--(${Object.keys(applicationOptions).join('|')})(?:=([\\s\\S]*))?$`);

/** Returns whether {@link selectApplication} has to look at the arguments. */
export function mayNameApplication(argv: readonly string[]): boolean {
  return argv.some((word) => optionPattern.test(word));
}

export interface SelectedApplication {
  readonly profile: Profile;
  /** The arguments without the options. */
  readonly argv: readonly string[];
  /** Variables that replace the user's. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Takes the options out of the arguments, before the command or after it, but not out of those of `exec`. One of them twice,
 * without a value or with an invalid one, or another one without `--application` → `invalid-input`.
 */
export function selectApplication(profile: Profile, argv: readonly string[]): SelectedApplication {
  const { values, rest } = takeOptions(argv);
  const { application: name, 'config-dir': folder } = values;
  const { 'variable-prefix': variablePrefix, 'attribute-schema': schemaName } = values;
  const [first] = Object.keys(values);
  if (first === undefined) return { profile, argv };
  if (name === undefined) {
    const hint = `name the application: ${profile.program} --application acme --${first} …`;
    throw new CredentialError('invalid-input', `--${first} requires --application`, { hint });
  }
  const attributeSchema = attributeSchemas.find((known) => known === schemaName);
  if (schemaName !== undefined && attributeSchema === undefined)
    throw invalidValueError('attribute-schema', `use one of: ${attributeSchemas.join(', ')}`);
  if (folder === '') throw invalidValueError('config-dir', 'name a folder');
  const selected = createProfile(profile, name, {
    ...(folder !== undefined && { folder }),
    ...(variablePrefix !== undefined && { variablePrefix }),
    ...(attributeSchema && { attributeSchema }),
  });
  return {
    profile: selected,
    argv: rest,
    ...(folder !== undefined && { variables: { [selected.variables.configDir]: folder } }),
  };
}

type Values = Partial<Record<OptionName, string>>;

function takeOptions(argv: readonly string[]): { readonly values: Values; readonly rest: readonly string[] } {
  const values: Values = {};
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [, name, inline] = optionPattern.exec(word) ?? [];
    if (name === undefined) {
      if (word === '--' || word === 'exec') return { values, rest: [...rest, ...argv.slice(index)] };
      rest.push(word);
      continue;
    }
    const option = name as OptionName;
    if (option in values)
      throw new CredentialError('invalid-input', `--${name} was given more than once`, { hint: 'pass it once' });
    if (inline === undefined) index += 1;
    values[option] = inline ?? argv[index] ?? '';
  }
  return { values, rest };
}

function createProfile(
  { program }: Profile,
  name: string,
  options: Parameters<typeof createInspectionProfile>[2],
): Profile {
  try {
    return createInspectionProfile(name, program, options);
  } catch (cause) {
    const isPrefix = cause instanceof CredentialError && cause.message.includes('variablePrefix');
    throw isPrefix
      ? invalidValueError('variable-prefix', cause.hint ?? '')
      : invalidValueError('application', `name the application: ${program} --application acme list`, cause);
  }
}

function invalidValueError(option: OptionName, hint: string, cause?: unknown): CredentialError {
  return new CredentialError('invalid-input', `invalid value for --${option}`, { hint, cause });
}
