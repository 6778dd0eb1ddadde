import type { Command } from './command.ts';

/**
 * What is wrong where something was typed that no command takes. A command or an option that there is not is named; what
 * stands where no operand goes is not repeated, because it may be a secret that was to be on stdin.
 */
export function unknownArgument(message: string, argv: readonly string[], commands: readonly Command[]): string {
  const words = argv.filter((word) => !word.startsWith('-'));
  let level = commands;
  for (const word of words) {
    if (level.length === 0) break;
    const found = level.find(({ name }) => name === word);
    if (found === undefined) return `unknown argument: ${word}`;
    level = found.commands;
  }
  const reported = message.replace(/^[^:]*: /, '').split(', ');
  const options = argv.flatMap((word) => /^--?([^=]+)/.exec(word)?.[1] ?? []);
  const unknown = options.filter((option) => reported.includes(option));
  if (unknown.length === 0) return 'there is an argument too many';
  return `unknown argument: ${unknown.join(', ')} (-- goes before what begins with a dash and is no option)`;
}
