import type { Argv } from 'yargs';
import { CredentialError } from '../domain/credential-error.ts';
import type { Command, Operand, Option, ValueOption } from './command.ts';
import { commonOptions } from './everywhere.ts';
import { operand } from './operands.ts';

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
  const below = commands.length > 0 ? ['<command>'] : Object.entries(operands).map(placeholder);
  return yargs.command({
    command: [name, ...below].join(' '),
    describe: hidden ? false : summary,
    builder: build,
    handler: (given: Readonly<Record<string, unknown>>) => command.run(valuesOf(command, given)),
  });
}

function placeholder([key, { optional, many }]: readonly [string, Operand]): string {
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

function valuesOf({ operands, options }: Command, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, { many, choices }] of Object.entries(operands)) {
    const typed = textsOf(given[key]).map((text) => chosen(key, text, choices));
    values[key] = many ? typed : typed[0];
  }
  for (const [key, option] of Object.entries({ ...options, ...commonOptions } as Command['options'])) {
    values[key] = 'value' in option ? parsed(key, option, textsOf(given[key])) : given[key] === true;
  }
  return values;
}

function textsOf(given: unknown): string[] {
  return [given].flat().flatMap((value) => (typeof value === 'string' ? [operand(value)] : []));
}

function parsed(key: string, { choices, parse }: ValueOption, [typed, ...more]: readonly string[]): unknown {
  if (more.length > 0)
    throw new CredentialError('invalid-input', `--${key} is given more than once`, { hint: 'give it once' });
  if (typed === undefined) return undefined;
  const text = chosen(`--${key}`, typed, choices);
  return parse ? parse(text) : text;
}

function chosen(key: string, text: string, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.includes(text)) return text;
  throw new CredentialError('invalid-input', `${key} is ${JSON.stringify(text)}`, {
    hint: `it can be ${choices.join(', ')}`,
  });
}
