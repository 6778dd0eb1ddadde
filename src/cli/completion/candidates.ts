import type { PlacementIndex } from '../../domain/placement/placement-index.ts';
import type { Command, Operand, ValueOption } from '../command.ts';
import { isOption, type Position } from './position.ts';

export interface Candidate {
  readonly text: string;
  /** What it stands for, where there is something to say. */
  readonly what?: string;
}

export function named(commands: readonly Command[]): Candidate[] {
  return commands.filter(({ hidden }) => !hidden).map(({ name, summary }) => ({ text: name, what: summary }));
}

/** Those that are not given yet. */
export function optionsLeft({ options }: Position, words: readonly string[]): Candidate[] {
  const given = words.slice(0, -1).map((word) => word.replace(/=.*/s, ''));
  return Object.entries(options)
    .map(([name, { describe }]) => ({ text: `--${name}`, what: describe }))
    .filter(({ text }) => !given.includes(text));
}

/** The words that an operand or a value can be. */
export function wordsOf(
  { choices = [], completes }: Operand | ValueOption,
  { operands, ended }: Position,
  placement: PlacementIndex,
): Candidate[] {
  const before = operands.map(({ text }) => text);
  const known = typeof completes === 'function' ? completes(placement, before) : [];
  return [...new Set([...choices, ...known])]
    .filter((text) => isTypeable(text) && (ended || !isOption(text)))
    .map((text) => ({ text }));
}

/** No sign in it that would break a line, or drive a terminal. */
function isTypeable(text: string): boolean {
  return !/[\p{Cc}\p{Bidi_Control}]/u.test(text);
}
