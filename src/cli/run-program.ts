import type { Argv } from 'yargs';
import yargs from 'yargs';
import { findCurrentFolder } from '../composition/environment.ts';
import { CredentialError } from '../domain/credential-error.ts';
import type { Cli } from './cli.ts';
import {
  type Command,
  colorOption,
  type Example,
  formatOperand,
  globalOptions,
  type Option,
  type ValueOption,
} from './command.ts';
import { findPosition, isAfterEnd, type Position } from './complete.ts';
import { describeComplaint, isMissingValue, missingCommand, UsageError } from './output/failure.ts';
import { getProgramName, listCommands, type Program, readPackageVersion } from './program.ts';

/**
 * Parses `argv` and runs the command. Resolves with the text of `--help` or `--version` if requested, or with ''.
 * Rejects with {@link UsageError} if the command line is invalid, and with the command's error if it fails.
 */
export async function runProgram(program: Program, cli: Cli, argv: readonly string[]): Promise<string> {
  const name = getProgramName(program);
  const commands = listCommands(program, cli);
  const version = program.formatVersion?.(readPackageVersion()) ?? readPackageVersion();
  let complaint: string | undefined;
  let text = '';
  let selected: Pick<Command, 'examples'> = program;
  const base = yargs([], findCurrentFolder())
    .scriptName(name)
    .usage(`$0 ${program.synopsis ?? '<command>'}\n\n${program.summary}`)
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .demandCommand(1, missingCommand)
    .strict()
    .version(version)
    .alias('version', program.formatVersion ? ['V', 'v'] : 'V')
    .help()
    .alias('help', 'h')
    .wrap(80)
    .fail((message, error) => {
      complaint = message;
      throw error ?? new Error(message);
    });
  addOption(base, 'color', colorOption);
  for (const [key, option] of Object.entries(program.options ?? {})) addOption(base, key, option, false);
  const select = (command: Command) => {
    selected = command;
  };
  const parser = commands.reduce((yargs, command) => addCommand(yargs, command, select), base);
  const position = findPosition(commands, globalOptions, [...argv, '']);
  rejectFlagValues(position.options, argv);
  // yargs would take the word after `--` for the value, and a command whose operands are optional would run.
  if (argv.some((word, index) => isMissingValue(word, index, argv, position.options))) {
    const { message, hint } = describeComplaint('', name, argv, position);
    throw new UsageError(message, { hint });
  }
  try {
    await parser.parseAsync(
      markOperands(moveFlags(expandHelp(argv, position), commands)),
      {},
      (_error, _argv, output) => {
        text = output;
      },
    );
    if (text === '' || text === version) return text;
    return `${text}${formatExamples(selected.examples, name)}`;
  } catch (error) {
    if (!complaint) throw error;
    if (program.usage !== undefined) await cli.print([program.usage]);
    const { message, hint } = describeComplaint(complaint, name, argv, position);
    if (message !== missingCommand) throw new UsageError(message, { hint });
    throw new UsageError(message, { hint, help: (await parser.getHelp()) + formatExamples(selected.examples, name) });
  }
}

/** `help get` and `auth help` mean `get --help` and `auth --help`. */
function expandHelp(argv: readonly string[], { path, operands, commands }: Position): readonly string[] {
  const [word] = operands;
  const isTopic = path[0] === 'help' && (word === undefined || commands.length === 0);
  if (isTopic) return [...path.slice(1), '--help'];
  return commands.length > 0 && path[0] !== 'help' && word?.text === 'help' && operands.length === 1
    ? [...path, '--help']
    : argv;
}

/** yargs accepts `--raw=VALUE` for a flag. → `invalid-input`, which doesn't repeat the value. */
function rejectFlagValues(options: Position['options'], argv: readonly string[]): void {
  for (const [index, word] of argv.entries()) {
    const [, name = ''] = /^--([^=]+)=/.exec(word) ?? [];
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined || 'value' in option || isAfterEnd(index, argv)) continue;
    throw new CredentialError('invalid-input', `--${name} takes no value (argument ${index + 1})`, {
      hint: `write only --${name}`,
    });
  }
}

/** Each example is on a line of its own, however long, so that it can be copied. */
function formatExamples(examples: readonly Example[], program: string): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, purpose]) => `  # ${purpose}\n  ${line.replaceAll('$0', program)}`);
  return `\n\n${['Examples:', ...lines].join('\n')}`;
}

/** Adds a command to yargs. `select` is called with the command once yargs gets to it. */
function addCommand(yargs: Argv, command: Command, select: (command: Command) => void): Argv {
  const { name, aliases, summary, operands, options, hidden, commands } = command;
  const build = (parent: Argv) => {
    select(command);
    // Otherwise yargs shows an empty list as the default of an operand that takes many.
    for (const [key, { describe }] of Object.entries(operands))
      parent.positional(key, { type: 'string', describe, default: undefined });
    for (const [key, option] of Object.entries(options)) addOption(parent, key, option);
    for (const subcommand of commands) addCommand(parent, subcommand, select);
    return commands.length > 0 ? parent.demandCommand(1, missingCommand) : parent;
  };
  const rest = commands.length > 0 ? ['<command>'] : Object.entries(operands).map(formatOperand);
  return yargs.command({
    command: [name, ...rest].join(' '),
    aliases,
    describe: hidden ? false : summary,
    builder: build,
    handler: (given: Readonly<Record<string, unknown>>) => command.run(toValues(command, given)),
  });
}

function addOption(yargs: Argv, key: string, option: Option, global = true): void {
  const { describe } = option;
  if (!('value' in option)) {
    const { conflicts } = option;
    yargs.option(key, { type: 'boolean', describe, ...(conflicts !== undefined && { conflicts }) });
    return;
  }
  const { default: defaultValue, required } = option;
  yargs.option(key, {
    type: 'string',
    requiresArg: true,
    global,
    describe,
    ...(defaultValue !== undefined && { default: defaultValue }),
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

function parseOption(key: string, { choices, many, parse }: ValueOption, typedValues: readonly string[]): unknown {
  const [typed, ...more] = typedValues;
  if (many && typed !== undefined) {
    const texts = typedValues.map((text) => checkChoice(`--${key}`, text, choices));
    return parse ? texts.map((text) => parse(text)) : texts;
  }
  if (more.length > 0)
    throw new CredentialError('invalid-input', `--${key} was given more than once`, { hint: 'pass it once' });
  if (typed === undefined) return undefined;
  const text = checkChoice(`--${key}`, typed, choices);
  return parse ? parse(text) : text;
}

function checkChoice(label: string, text: string, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.includes(text)) return text;
  throw new CredentialError('invalid-input', `invalid value for ${label}`, {
    hint: `use one of: ${choices.join(', ')}`,
  });
}

/**
 * Moves the flags before the first word behind the last one. Git puts the options of `credential.helper` before the action,
 * and yargs would take the action for the value of a flag.
 */
function moveFlags(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const isFlag = (word: string) => word.startsWith('--') && hasFlag(commands, word.slice(2));
  const first = argv.findIndex((word) => !isFlag(word));
  if (first <= 0) return argv;
  const words = argv.slice(first);
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return [...words.slice(0, end), ...argv.slice(0, first), ...words.slice(end)];
}

function hasFlag(commands: readonly Command[], name: string): boolean {
  return commands.some(({ options, commands }) => {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    return (option !== undefined && !('value' in option)) || hasFlag(commands, name);
  });
}

/**
 * yargs doesn't treat a lone `-`, a final `help` and everything after `--` as operands. A NUL, which no argument of a
 * process can contain, marks them as operands until {@link unmarkOperand} removes it.
 */
function markOperands(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const [options, operands] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  return [
    ...options.map((text, index) => (text === '-' || (text === 'help' && index > 0) ? markOperand(text) : text)),
    ...operands.map(markOperand),
  ];
}

function markOperand(text: string): string {
  return `\0${text}`;
}

function unmarkOperand(text: string): string {
  return text.replace(/^\0/, '');
}
