import type { Argv } from 'yargs';
import yargs from 'yargs';
import { findCurrentFolder } from '../composition/environment.ts';
import { CredentialError } from '../domain/credential-error.ts';
import type { Cli } from './cli.ts';
import { type Command, colorOption, type Example, type Operand, type Option, type ValueOption } from './command.ts';
import { UsageError } from './output/failure.ts';
import { listCommands, type Program, packageVersion, programName } from './program.ts';

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
  addOption(base, 'color', colorOption);
  const meant = (command: Command) => {
    examples = command.examples;
  };
  const commands = listCommands(program, cli);
  const parser = commands.reduce((yargs, command) => addCommand(yargs, command, meant), base);
  try {
    await parser.parseAsync(markOperands(argv), {}, (_error, _argv, output) => {
      text = output;
    });
    if (text === '' || text === packageVersion()) return text && `${text}\n`;
    return `${text}${formatExamples(examples, name)}\n`;
  } catch (error) {
    if (!wrong) throw error;
    const complaint = /^Unknown argument/.test(wrong) ? describeUnknown(wrong, argv, commands) : formatComplaint(wrong);
    const help = await parser.getHelp();
    throw new UsageError(complaint, help + formatExamples(examples, name));
  }
}

/** yargs' complaints, as one line in our words. */
function formatComplaint(message: string): string {
  const text = message.split('\n').map(unmarkOperand).join(' ').replaceAll('\0', '');
  if (/^Not enough non-option arguments/.test(text)) return 'an argument is missing';
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * What is wrong where something was typed that no command takes. A command or an option that there is not is named; what
 * stands where no operand goes is not repeated, because it may be a secret that was to be on stdin.
 */
export function describeUnknown(message: string, argv: readonly string[], commands: readonly Command[]): string {
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

/** The end of a help: each example on a line of its own, however long, so that what is copied is whole. */
export function formatExamples(examples: readonly Example[], program: string): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, what]) => `  # ${what}\n  ${line.replaceAll('$0', program)}`);
  return `\n\n${['Examples:', ...lines].join('\n')}`;
}

/** Has yargs know a command, and run it with what its operands and options say. `meant`: told which one it turns out to be. */
export function addCommand(yargs: Argv, command: Command, meant: (command: Command) => void): Argv {
  const { name, summary, operands, options, hidden, commands } = command;
  const build = (parent: Argv) => {
    meant(command);
    // Where many are taken yargs would show an empty list as their default.
    for (const [key, { describe }] of Object.entries(operands))
      parent.positional(key, { type: 'string', describe, default: undefined });
    for (const [key, option] of Object.entries(options)) addOption(parent, key, option);
    for (const below of commands) addCommand(parent, below, meant);
    return commands.length > 0 ? parent.demandCommand(1, 'a command is missing') : parent;
  };
  const below = commands.length > 0 ? ['<command>'] : Object.entries(operands).map(formatOperand);
  return yargs.command({
    command: [name, ...below].join(' '),
    describe: hidden ? false : summary,
    builder: build,
    handler: (given: Readonly<Record<string, unknown>>) => command.run(toValues(command, given)),
  });
}

function formatOperand([key, { optional, many }]: readonly [string, Operand]): string {
  const text = many ? `${key}..` : key;
  return optional ? `[${text}]` : `<${text}>`;
}

export function addOption(yargs: Argv, key: string, option: Option): void {
  const { describe } = option;
  if (!('value' in option)) {
    const { conflicts } = option;
    yargs.option(key, { type: 'boolean', describe, ...(conflicts !== undefined && { conflicts }) });
    return;
  }
  const { default: standard, required } = option;
  yargs.option(key, {
    type: 'string',
    requiresArg: true,
    describe,
    ...(standard !== undefined && { default: standard }),
    ...(required && { demandOption: true }),
  });
}

function toValues({ operands, options }: Command, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, { many, choices }] of Object.entries(operands)) {
    const typed = toTexts(given[key]).map((text) => checkChoice(key, text, choices));
    values[key] = many ? typed : typed[0];
  }
  for (const [key, option] of Object.entries({ ...options, color: colorOption })) {
    values[key] = 'value' in option ? parseOption(key, option, toTexts(given[key])) : given[key] === true;
  }
  return values;
}

function toTexts(given: unknown): string[] {
  return [given].flat().flatMap((value) => (typeof value === 'string' ? [unmarkOperand(value)] : []));
}

function parseOption(key: string, { choices, parse }: ValueOption, [typed, ...more]: readonly string[]): unknown {
  if (more.length > 0)
    throw new CredentialError('invalid-input', `--${key} is given more than once`, { hint: 'give it once' });
  if (typed === undefined) return undefined;
  const text = checkChoice(`--${key}`, typed, choices);
  return parse ? parse(text) : text;
}

function checkChoice(key: string, text: string, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.includes(text)) return text;
  throw new CredentialError('invalid-input', `${key} is ${JSON.stringify(text)}`, {
    hint: `it can be ${choices.join(', ')}`,
  });
}

/**
 * yargs takes a lone `-`, a last `help`, and everything after `--`, for something other than the operands they are. No
 * argument of a process can hold a NUL, so one in front marks an operand until {@link unmarkOperand} takes it off again.
 */
export function markOperands(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const [options, operands] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  return [
    ...options.map((text, index) => (text === '-' || (text === 'help' && index > 0) ? markOperand(text) : text)),
    ...operands.map(markOperand),
  ];
}

/** The operand as it was typed. */
export function unmarkOperand(text: string): string {
  return text.replace(/^\0/, '');
}

function markOperand(text: string): string {
  return `\0${text}`;
}
