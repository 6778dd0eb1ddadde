import type { Argv } from 'yargs';
import type { Command, Operand, Option } from './command.ts';
import { operand } from './operands.ts';

/** Has yargs know a command, and run it with what its operands and options say. */
export function addCommand(yargs: Argv, command: Command): Argv {
  const { name, summary, operands, options, examples, commands } = command;
  const build = (parent: Argv) => {
    for (const [key, { describe }] of Object.entries(operands)) parent.positional(key, { type: 'string', describe });
    for (const [key, option] of Object.entries(options)) addOption(parent, key, option);
    for (const [line, what] of examples) parent.example(line, what);
    for (const below of commands) addCommand(parent, below);
    return commands.length > 0 ? parent.demandCommand(1, 'a command is missing') : parent;
  };
  const below = commands.length > 0 ? ['<command>'] : Object.entries(operands).map(placeholder);
  return yargs.command({
    command: [name, ...below].join(' '),
    describe: summary,
    builder: build,
    handler: (given: Readonly<Record<string, unknown>>) => command.run(valuesOf(command, given)),
  });
}

function placeholder([key, { optional, many }]: readonly [string, Operand]): string {
  const text = many ? `${key}..` : key;
  return optional ? `[${text}]` : `<${text}>`;
}

function addOption(yargs: Argv, key: string, option: Option): void {
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
  const typed = (value: unknown) => (typeof value === 'string' ? operand(value) : undefined);
  const values: Record<string, unknown> = {};
  for (const [key, { many }] of Object.entries(operands)) {
    values[key] = many ? [given[key] ?? []].flat().map(typed) : typed(given[key]);
  }
  for (const [key, option] of Object.entries(options)) {
    if (!('value' in option)) values[key] = given[key] === true;
    else {
      const value = typed(given[key]);
      values[key] = value !== undefined && option.parse ? option.parse(value) : value;
    }
  }
  return values;
}
