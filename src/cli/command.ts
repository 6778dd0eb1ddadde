/** A command as data: its parser, its help, its completion and its place in the manual are made from this. */
export interface Command {
  /** As it is typed. */
  readonly name: string;
  /** What it does, in the imperative. */
  readonly summary: string;
  /** What follows the name, in order; the last one may be one that is optional, or many. */
  readonly operands: Readonly<Record<string, Operand>>;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly Example[];
  /** The commands below this one, which then does nothing by itself. */
  readonly commands: readonly Command[];
  run(values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A line of shell in which `$0` stands for the program, and what it is good for. */
export type Example = readonly [line: string, what: string];

export interface Operand {
  readonly describe: string;
  readonly optional?: true;
  /** One or more. */
  readonly many?: true;
}

/** `--name`, or `--name VALUE` where it has a `value`. */
export type Option = Flag | ValueOption;

export interface Flag {
  readonly describe: string;
  /** The name of an option that it cannot be given with. */
  readonly conflicts?: string;
}

export interface ValueOption {
  readonly describe: string;
  /** What stands for the value in help, such as `HOST`. */
  readonly value: string;
  readonly default?: string;
  readonly required?: true;
  /** Judges what was typed, and may give it another form. */
  parse?(typed: string): unknown;
}

type OperandValue<Of> = Of extends { many: true }
  ? readonly string[]
  : Of extends { optional: true }
    ? string | undefined
    : string;

type OptionValue<Of> = Of extends { value: string }
  ?
      | (Of extends { parse(typed: string): infer Parsed } ? Parsed : string)
      | (Of extends { default: string } | { required: true } ? never : undefined)
  : boolean;

type Values<Operands, Options> = { readonly [Name in keyof Operands]: OperandValue<Operands[Name]> } & {
  readonly [Name in keyof Options]: OptionValue<Options[Name]>;
};

/** Defines a command whose `run` is given what its operands and options say. */
export function command<
  const Operands extends Readonly<Record<string, Operand>> = Record<never, never>,
  const Options extends Readonly<Record<string, Option>> = Record<never, never>,
>({
  operands,
  options,
  run,
  ...rest
}: {
  readonly name: string;
  readonly summary: string;
  readonly operands?: Operands;
  readonly options?: Options;
  readonly examples: readonly Example[];
  run(values: Values<Operands, Options>): Promise<void>;
}): Command {
  return {
    ...rest,
    operands: operands ?? {},
    options: options ?? {},
    commands: [],
    run: (values) => run(values as Values<Operands, Options>),
  };
}

/** A name that several commands are below. */
export function group(name: string, summary: string, commands: readonly Command[]): Command {
  return { name, summary, commands, operands: {}, options: {}, examples: [], run: async () => {} };
}
