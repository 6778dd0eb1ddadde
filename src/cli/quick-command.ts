import type { Cli } from './cli.ts';

/**
 * A command in its plainest form, which is served without loading the parser: these words, then so many operands. In any
 * other form, with an option, `--`, or an operand too many, it is the parser's.
 */
export interface QuickCommand {
  readonly words: readonly string[];
  readonly operands: number;
  run(cli: Cli, ...operands: string[]): Promise<void>;
}

/** What serves `argv`, where that is one of these commands in its plainest form. */
export function quickRun(
  commands: readonly QuickCommand[],
  argv: readonly string[],
): ((cli: Cli) => Promise<void>) | undefined {
  for (const command of commands) {
    const operands = quickOperands(command, argv);
    if (operands) return (cli) => command.run(cli, ...operands);
  }
  return undefined;
}

/** The operands of `argv`, where that is the command in its plainest form. */
export function quickOperands(
  { words, operands }: Pick<QuickCommand, 'words' | 'operands'>,
  argv: readonly string[],
): readonly string[] | undefined {
  const isQuick =
    argv.length === words.length + operands &&
    words.every((word, index) => argv[index] === word) &&
    argv.every(isPlain);
  return isQuick ? argv.slice(words.length) : undefined;
}

/** Neither an option, nor the end of options, nor `-`. */
function isPlain(argument: string): boolean {
  return !argument.startsWith('-');
}
