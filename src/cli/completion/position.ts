import type { Command, Option, ValueOption } from '../command.ts';

/** Where on a command line its last word stands. */
export interface Position {
  /** The command that the words before it name; none where they name none yet. */
  readonly command: Command | undefined;
  /** What may be named here. */
  readonly commands: readonly Command[];
  readonly options: Readonly<Record<string, Option>>;
  /** The operands before it, and each one's index among the words. */
  readonly operands: readonly { readonly text: string; readonly index: number }[];
  /** After `--`: nothing is an option any more. */
  readonly ended: boolean;
  /** The option whose value it is, where that is a word of its own. */
  readonly awaiting: ValueOption | undefined;
}

/** `words`: those after the program, the last one included. */
export function positionOf(
  program: readonly Command[],
  everywhere: Readonly<Record<string, Option>>,
  words: readonly string[],
): Position {
  let position: Position = {
    command: undefined,
    commands: program,
    options: everywhere,
    operands: [],
    ended: false,
    awaiting: undefined,
  };
  for (const [index, text] of words.slice(0, -1).entries()) {
    const { commands, ended, operands, options } = position;
    const command = operands.length === 0 ? commands.find(({ name }) => name === text) : undefined;
    if (position.awaiting) position = { ...position, awaiting: undefined };
    else if (!ended && text === '--') position = { ...position, ended: true };
    else if (!ended && isOption(text)) position = { ...position, awaiting: awaiting(options, text) };
    else if (command) {
      position = { ...position, command, commands: command.commands, options: { ...command.options, ...everywhere } };
    } else position = { ...position, operands: [...operands, { text, index }] };
  }
  return position;
}

/** A lone `-` is an operand. */
export function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

function awaiting(options: Position['options'], word: string): ValueOption | undefined {
  const option = options[word.replace(/^-+/, '')];
  return option && 'value' in option ? option : undefined;
}
