import type { PlacementIndex } from '../domain/placement/placement-index.ts';
import type { commonOptions } from './everywhere.ts';

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
  /** For programs to call, not for people: in no help. */
  readonly hidden: boolean;
  /** The commands below this one, which then does nothing by itself. */
  readonly commands: readonly Command[];
  run(values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A line of shell in which `$0` stands for the program, and what it is good for. */
export type Example = readonly [line: string, what: string];

export interface Operand {
  readonly describe: string;
  /** The words that it can be. */
  readonly choices?: readonly string[];
  readonly completes?: Completes;
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
  readonly choices?: readonly string[];
  readonly completes?: Completes;
  /** Judges what was typed, and may give it another form. */
  parse?(typed: string): unknown;
}

/**
 * What a shell may complete a word to, beside its choices: files; a command with arguments of its own; or words that
 * follow from what is remembered, and from the operands before it.
 */
export type Completes =
  | 'files'
  | 'command'
  | ((placement: PlacementIndex, before: readonly string[]) => readonly string[]);

type Word<Of> = Of extends { choices: readonly (infer Choice)[] } ? Choice : string;

type OperandValue<Of> = Of extends { many: true }
  ? readonly string[]
  : Of extends { optional: true }
    ? string | undefined
    : Word<Of>;

type OptionValue<Of> = Of extends { value: string }
  ?
      | (Of extends { parse(typed: string): infer Parsed } ? Parsed : Word<Of>)
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
  hidden,
  run,
  ...rest
}: {
  readonly name: string;
  readonly summary: string;
  readonly operands?: Operands;
  readonly options?: Options;
  readonly examples: readonly Example[];
  readonly hidden?: true;
  run(values: Values<Operands, Options & typeof commonOptions>): Promise<void>;
}): Command {
  return {
    ...rest,
    operands: operands ?? {},
    options: options ?? {},
    hidden: hidden ?? false,
    commands: [],
    run: (values) => run(values as Values<Operands, Options & typeof commonOptions>),
  };
}

/** A name that several commands are below. */
export function group(name: string, summary: string, commands: readonly Command[]): Command {
  return { name, summary, commands, operands: {}, options: {}, examples: [], hidden: false, run: async () => {} };
}
