import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { Command, Operand, Option, ValueOption } from '../command.ts';
import { type Candidate, named, optionsLeft, wordsOf } from './candidates.ts';
import { type Position, positionOf } from './position.ts';

/** What a word can be completed to. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  /** The shell knows: names of files. */
  | { readonly kind: 'files' }
  /** The shell knows: a command with its arguments, which begins after so many words. */
  | { readonly kind: 'command'; readonly after: number };

/**
 * What the last of `words`, those typed after the program, can become. Of that word itself it only counts whether it is
 * an option: the shell compares the rest, each in its own way.
 */
export function complete(
  program: readonly Command[],
  everywhere: Readonly<Record<string, Option>>,
  words: readonly string[],
  placement: PlacementIndex,
): Completion {
  const position = positionOf(program, everywhere, words);
  const { awaiting, commands, ended, operands, options } = position;
  const last = words.at(-1) ?? '';
  if (awaiting) return wordsFor(awaiting, position, placement);
  if (!ended && last.startsWith('-')) {
    const [prefix = '', name = ''] = /^--([^=]+)=/.exec(last) ?? [];
    const option = options[name];
    if (option === undefined) return { kind: 'words', words: optionsLeft(position, words) };
    return 'value' in option ? prefixed(prefix, wordsFor(option, position, placement)) : none;
  }
  if (commands.length > 0) return operands.length > 0 ? none : { kind: 'words', words: named(commands) };
  return operandOf(position, words.length - 1, placement);
}

const none: Completion = { kind: 'words', words: [] };

function operandOf(position: Position, index: number, placement: PlacementIndex): Completion {
  const { command, operands } = position;
  const slots: readonly Operand[] = Object.values(command?.operands ?? {});
  const slot = slots[operands.length] ?? slots.findLast(({ many }) => many);
  if (slot === undefined) return none;
  return slot.completes === 'command'
    ? { kind: 'command', after: operands[slots.indexOf(slot)]?.index ?? index }
    : wordsFor(slot, position, placement);
}

function wordsFor(source: Operand | ValueOption, position: Position, placement: PlacementIndex): Completion {
  return source.completes === 'files'
    ? { kind: 'files' }
    : { kind: 'words', words: wordsOf(source, position, placement) };
}

function prefixed(prefix: string, completion: Completion): Completion {
  if (completion.kind !== 'words') return completion;
  return { kind: 'words', words: completion.words.map((word) => ({ ...word, text: prefix + word.text })) };
}
