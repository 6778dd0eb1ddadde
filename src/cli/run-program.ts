import yargs from 'yargs';
import { findCurrentFolder } from '../composition/environment.ts';
import { allCommands } from './all-commands.ts';
import type { Cli } from './cli.ts';
import type { Command } from './command.ts';
import { commonOptions } from './everywhere.ts';
import { examplesText } from './examples-text.ts';
import { markOperands, operand } from './operands.ts';
import { UsageError } from './output/failure.ts';
import { type Program, programName } from './program.ts';
import { unknownArgument } from './unknown-argument.ts';
import { packageVersion } from './version.ts';
import { addCommand, addOption } from './yargs-command.ts';

/**
 * Runs the command that `argv` names. Resolves with the text of `--help` or `--version` where that was asked for.
 * A command line that is wrong → rejects with {@link UsageError}; a command that fails → rejects with its error.
 */
export async function runProgram(program: Program, cli: Cli, argv: readonly string[]): Promise<string> {
  const { summary } = program;
  const name = programName(program);
  let wrong: string | undefined;
  let text = '';
  let { examples } = program;
  const base = yargs([], findCurrentFolder())
    .scriptName(name)
    .usage(`$0 <command>\n\n${summary}`)
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .demandCommand(1, 'a command is missing')
    .strict()
    .version(packageVersion())
    .help()
    .alias('help', 'h')
    .wrap(80)
    .fail((message, error) => {
      wrong = message;
      throw error ?? new Error(message);
    });
  for (const [key, option] of Object.entries(commonOptions)) addOption(base, key, option);
  const meant = (command: Command) => {
    examples = command.examples;
  };
  const commands = allCommands(program, cli);
  const parser = commands.reduce((yargs, command) => addCommand(yargs, command, meant), base);
  try {
    await parser.parseAsync(markOperands(argv), {}, (_error, _argv, output) => {
      text = output;
    });
    if (text === '' || text === packageVersion()) return text && `${text}\n`;
    return `${text}${examplesText(examples, name)}\n`;
  } catch (error) {
    if (!wrong) throw error;
    const complaint = /^Unknown argument/.test(wrong) ? unknownArgument(wrong, argv, commands) : plain(wrong);
    const help = await parser.getHelp();
    throw new UsageError(complaint, help + examplesText(examples, name));
  }
}

/** yargs' complaints, as one line in our words. */
function plain(message: string): string {
  const text = message.split('\n').map(operand).join(' ').replaceAll('\0', '');
  if (/^Not enough non-option arguments/.test(text)) return 'an argument is missing';
  return text.charAt(0).toLowerCase() + text.slice(1);
}
