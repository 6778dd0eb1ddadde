import type { PlacementIndex } from '../domain/placement/placement-index.ts';
import { isPrintable } from '../domain/text/escape.ts';
import type { Command, Operand, Option, ValueOption } from './command.ts';

/** The possible completions of a word. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Suggestion[] }
  /** The shell completes file names. */
  | { readonly kind: 'files' }
  /** The shell completes another command, which begins after this many words. */
  | { readonly kind: 'command'; readonly after: number };

/**
 * Completes the last of `words`, which follow the program's name. Returns options if the word begins with a dash, but
 * doesn't filter by the rest of it, because each shell matches in its own way.
 */
export function complete(
  program: readonly Command[],
  globalOptions: Readonly<Record<string, Option>>,
  words: readonly string[],
  placement: PlacementIndex,
): Completion {
  const position = findPosition(program, globalOptions, words);
  const { awaiting, commands, ended, operands, options } = position;
  const last = words.at(-1) ?? '';
  if (awaiting) return completeValue(awaiting, position, { placement, typed: last });
  if (!ended && last.startsWith('-')) {
    const [prefix = '', name = ''] = /^--([^=]+)=/.exec(last) ?? [];
    const typed = last.slice(prefix.length);
    const option = options[name];
    if (option === undefined) return { kind: 'words', words: suggestOptions(position, words) };
    return 'value' in option ? addPrefix(prefix, completeValue(option, position, { placement, typed })) : none;
  }
  if (commands.length > 0) return operands.length > 0 ? none : { kind: 'words', words: suggestCommands(commands) };
  return completeOperand(position, words.length - 1, { placement, typed: last });
}

const none: Completion = { kind: 'words', words: [] };

/** The choices for a word depend on the stored credentials and on its typed part. */
interface Word {
  readonly placement: PlacementIndex;
  readonly typed: string;
}

function completeOperand(position: Position, index: number, word: Word): Completion {
  const { command, operands, operandsBeforeEnd } = position;
  const all: readonly Operand[] = Object.values(command?.operands ?? {});
  // If `--` comes first, only the command follows: `exec --env A=SERVICE/ACCOUNT -- COMMAND`.
  const commandSlots = all.filter(({ completes }) => completes === 'command');
  const slots = operandsBeforeEnd === 0 && all[0]?.optional && commandSlots.length > 0 ? commandSlots : all;
  const slot = slots[operands.length] ?? slots.findLast(({ many }) => many);
  if (slot === undefined) return none;
  return slot.completes === 'command'
    ? { kind: 'command', after: operands[slots.indexOf(slot)]?.index ?? index }
    : completeValue(slot, position, word);
}

function completeValue(source: Operand | ValueOption, position: Position, word: Word): Completion {
  return source.completes === 'files'
    ? { kind: 'files' }
    : { kind: 'words', words: suggestValues(source, position, word) };
}

function addPrefix(prefix: string, completion: Completion): Completion {
  if (completion.kind !== 'words') return completion;
  return { kind: 'words', words: completion.words.map((word) => ({ ...word, text: prefix + word.text })) };
}

export interface Suggestion {
  readonly text: string;
  readonly description?: string;
}

function suggestCommands(commands: readonly Command[]): Suggestion[] {
  return commands.filter(({ hidden }) => !hidden).map(({ name, summary }) => ({ text: name, description: summary }));
}

/** The options that aren't on the line yet. */
function suggestOptions({ options }: Position, words: readonly string[]): Suggestion[] {
  const given = words.slice(0, -1).map((word) => word.replace(/=.*/s, ''));
  return Object.entries(options)
    .map(([name, { describe }]) => ({ text: `--${name}`, description: describe }))
    .filter(({ text }) => !given.includes(text) || isRepeatable(options[text.slice(2)]));
}

function isRepeatable(option: Option | undefined): boolean {
  return option !== undefined && 'value' in option && option.many === true;
}

function suggestValues(
  { choices = [], completes }: Operand | ValueOption,
  { operands, ended }: Position,
  { placement, typed }: Word,
): Suggestion[] {
  const before = operands.map(({ text }) => text);
  const known = typeof completes === 'function' ? completes(placement, before, typed) : [];
  return [...new Set([...choices, ...known])]
    .filter((text) => isPrintable(text) && (ended || !isOption(text)))
    .map((text) => ({ text }));
}

/** The position of the last word on a command line. */
export interface Position {
  /** The commands of the program. */
  readonly all: readonly Command[];
  /** The command that the words before it name, if any. */
  readonly command: Command | undefined;
  /** The names of that command and of those above it, without aliases. */
  readonly path: readonly string[];
  /** The commands that may follow. */
  readonly commands: readonly Command[];
  readonly options: Readonly<Record<string, Option>>;
  /** The operands before it, with their index in the words. */
  readonly operands: readonly { readonly text: string; readonly index: number }[];
  /** Whether `--` ended the options. */
  readonly ended: boolean;
  /** How many operands come before that `--`. `undefined` if there's none. */
  readonly operandsBeforeEnd: number | undefined;
  /** The option whose value the word is, as in `--to STORE`. */
  readonly awaiting: ValueOption | undefined;
}

/** `words` follow the program's name and include the last one. */
export function findPosition(
  program: readonly Command[],
  globalOptions: Readonly<Record<string, Option>>,
  words: readonly string[],
): Position {
  let position: Position = {
    all: program,
    command: undefined,
    path: [],
    commands: program,
    options: globalOptions,
    operands: [],
    ended: false,
    operandsBeforeEnd: undefined,
    awaiting: undefined,
  };
  for (const [index, text] of words.slice(0, -1).entries()) {
    const { commands, ended, operands, options } = position;
    const command = operands.length === 0 ? findCommand(commands, text) : undefined;
    if (position.awaiting) position = { ...position, awaiting: undefined };
    else if (!ended && text === '--') position = { ...position, ended: true, operandsBeforeEnd: operands.length };
    else if (!ended && isOption(text)) position = { ...position, awaiting: findAwaited(options, text) };
    else if (command) {
      position = {
        ...position,
        command,
        path: [...position.path, command.name],
        commands: command.commands,
        options: { ...command.options, ...globalOptions },
      };
    } else position = { ...position, operands: [...operands, { text, index }] };
  }
  return position;
}

/** Whether `--` ended the options before this argument. */
export function isAfterEnd(index: number, argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return end >= 0 && index > end;
}

/** Finds a command by its name or an alias. */
export function findCommand(commands: readonly Command[], word: string): Command | undefined {
  return commands.find(({ name, aliases }) => name === word || aliases.includes(word));
}

/** A lone `-` is an operand. */
export function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** Finds the option that takes the next word for its value. */
export function findAwaited(options: Position['options'], word: string): ValueOption | undefined {
  const option = options[word.replace(/^-+/, '')];
  return option && 'value' in option ? option : undefined;
}
