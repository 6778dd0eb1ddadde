import type { PlacementIndex } from '../domain/placement/placement-index.ts';

/** A command as data. The parser, the help, the completion and the man page are made from it. */
export interface Command {
  /** As the user types it. */
  readonly name: string;
  /** Other names for it, such as `ls` for `list`. */
  readonly aliases: readonly string[];
  /** One imperative sentence without a full stop. */
  readonly summary: string;
  /** In the order in which they are typed. After one that is `optional`, all are. Only the last one may be `many`. */
  readonly operands: Readonly<Record<string, Operand>>;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly Example[];
  /** For scripts, not for people: left out of the help, the completion and the man page. */
  readonly hidden: boolean;
  /** Subcommands. A command that has some does nothing by itself. */
  readonly commands: readonly Command[];
  /** What to say about more operands than the command takes: the last one may be a secret, which belongs elsewhere. */
  readonly surplus: Surplus | undefined;
  run(values: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface Surplus {
  /** Continues "too many arguments: ". */
  readonly reason: string;
  /** What to type instead. `$0` stands for the program. */
  readonly fix: string;
}

/** A line of shell in which `$0` stands for the program, and its purpose. */
export type Example = readonly [line: string, purpose: string];

export interface Operand {
  readonly describe: string;
  readonly choices?: readonly string[];
  readonly completes?: CompletionSource;
  readonly optional?: true;
  /** One or more. */
  readonly many?: true;
}

/** `--name`, or `--name VALUE` if it has a `value`. */
export type Option = Flag | ValueOption;

export interface Flag {
  readonly describe: string;
  /** The name of an option that it can't be combined with. */
  readonly conflicts?: string;
}

/** As the help shows it: `<service>`, or `[service]` if it's optional. */
export function formatOperand([key, { optional, many }]: readonly [string, Operand]): string {
  const text = many ? `${key}..` : key;
  return optional ? `[${text}]` : `<${text}>`;
}

export interface ValueOption {
  readonly describe: string;
  /** The placeholder in the help, such as `HOST`. */
  readonly value: string;
  readonly default?: string;
  readonly required?: true;
  /** It can be given several times. */
  readonly many?: true;
  readonly choices?: readonly string[];
  readonly completes?: CompletionSource;
  /** Validates the typed text and may convert it. */
  parse?(typed: string): unknown;
}

/**
 * What a word can be besides one of its choices: a file name, a command with its own arguments, or what a function returns,
 * given the placement index, the operands before the word, and its typed part.
 */
export type CompletionSource =
  | 'files'
  | 'command'
  | ((placement: PlacementIndex, before: readonly string[], typed: string) => readonly string[]);

/** The option that every command takes and receives. */
export const colorOption = {
  value: 'WHEN',
  choices: ['auto', 'always', 'never'],
  default: 'auto',
  describe: 'use colours: auto (on a terminal, unless NO_COLOR is set), always or never',
} as const satisfies Option;

/** The options of every command, including those that the parser handles itself. */
export const globalOptions: Readonly<Record<string, Option>> = {
  color: colorOption,
  help: { describe: 'show help' },
  version: { describe: 'show the version' },
};

type Word<Of> = Of extends { choices: readonly (infer Choice)[] } ? Choice : string;

type OperandValue<Of> = Of extends { many: true }
  ? readonly string[]
  : Of extends { optional: true }
    ? string | undefined
    : Word<Of>;

type ParsedValue<Of> = Of extends { parse(typed: string): infer Parsed } ? Parsed : Word<Of>;

type OptionValue<Of> = Of extends { value: string }
  ?
      | (Of extends { many: true } ? readonly ParsedValue<Of>[] : ParsedValue<Of>)
      | (Of extends { default: string } | { required: true } ? never : undefined)
  : boolean;

type Values<Operands, Options> = { readonly [Name in keyof Operands]: OperandValue<Operands[Name]> } & {
  readonly [Name in keyof Options]: OptionValue<Options[Name]>;
} & { readonly color: OptionValue<typeof colorOption> };

/** Defines a command. The types of the values that `run` receives follow from its operands and options. */
export function defineCommand<
  const Operands extends Readonly<Record<string, Operand>> = Record<never, never>,
  const Options extends Readonly<Record<string, Option>> = Record<never, never>,
>({
  aliases,
  operands,
  options,
  hidden,
  surplus,
  run,
  ...rest
}: {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly operands?: Operands;
  readonly options?: Options;
  readonly examples: readonly Example[];
  readonly hidden?: true;
  readonly surplus?: Surplus;
  run(values: Values<Operands, Options>): Promise<void>;
}): Command {
  return {
    ...rest,
    aliases: aliases ?? [],
    operands: operands ?? {},
    options: options ?? {},
    hidden: hidden ?? false,
    surplus,
    commands: [],
    run: (values) => run(values as Values<Operands, Options>),
  };
}

/** Defines a command that only has subcommands. */
export function defineGroup(name: string, summary: string, commands: readonly Command[]): Command {
  const nothing = { aliases: [], operands: {}, options: {}, examples: [], hidden: false, surplus: undefined };
  return { ...nothing, name, summary, commands, run: async () => {} };
}

/** The actions that other programs request from a credential helper, by name. */
export type HelperActions = Readonly<
  Record<
    string,
    { readonly summary: string; readonly example: Example; readonly options?: Readonly<Record<string, Flag>> }
  >
>;

/** Defines a command for each action of a credential helper. */
export function defineHelperCommands(
  actions: HelperActions,
  run: (action: string, flags: Readonly<Record<string, boolean>>) => Promise<void>,
): readonly Command[] {
  return Object.entries(actions).map(([name, { summary, example, options = {} }]) =>
    defineCommand({ name, summary, options, examples: [example], run: ({ color, ...flags }) => run(name, flags) }),
  );
}
