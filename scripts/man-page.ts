import { type Command, globalOptions, type Option } from '../src/cli/command.ts';
import { exitCodes } from '../src/cli/exit.ts';
import { describeVariables, type Program, programName } from '../src/cli/program.ts';
import { argument, type Item, prose, tagged } from './mdoc.ts';
import { listRunnableCommands } from './whole-commands.ts';

/** When what the pages say last changed in more than words. */
const date = 'November 22, 2026';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  error: 'an error, or no such credential',
  usage: 'the command line or a setting is wrong',
  notSignedIn: 'nobody is signed in, or the keyring that was demanded is not usable',
  notRunnable: 'the command that exec was to run cannot be run',
  notFound: 'the command that exec was to run does not exist',
  interrupted: 'called off by Ctrl-C',
};

const choice = ({ program }: Program['profile']) =>
  'A store of the operating system is taken where it serves and lasts: Keychain, Credential Manager, or a Secret Service. ' +
  'Else it is an encrypted file. ' +
  `Which one, why, and how to mend what is amiss, is what ${program} doctor says.`;

/** A page of section 1 of the manual, in mdoc(7), from what defines the program's commands. */
export function manPage(program: Program, others: readonly Program[]): string {
  const { profile, summary } = program;
  const commands = listRunnableCommands(program);
  const name = programName(program);
  const alsoSee = others.map(programName).sort();
  return [
    '.\\" Made by npm run man from the definitions of the commands.',
    `.Dd ${date}`,
    `.Dt ${name.toUpperCase()} 1`,
    '.Os',
    '.Sh NAME',
    `.Nm ${name}`,
    `.Nd ${summary.charAt(0).toLowerCase() + summary.slice(1).replace(/\.$/, '')}`,
    '.Sh SYNOPSIS',
    ...commands.flatMap((command) => ['.Nm', ...usage(command).map((part) => `.${part}`)]),
    '.Sh DESCRIPTION',
    prose(`${summary} ${choice(profile)}`),
    '.Pp',
    'The commands are:',
    tagged(commands.map((command) => [usage(command).map(closed).join(' '), description(command)])),
    '.Pp',
    'Every command also takes:',
    tagged(optionItems(globalOptions)),
    '.Sh ENVIRONMENT',
    tagged(describeVariables(program).map(([name, what]) => [`Ev ${argument(name)}`, prose(what)])),
    '.Sh FILES',
    tagged(files(profile)),
    '.Sh EXIT STATUS',
    tagged(statuses(commands)),
    '.Sh EXAMPLES',
    tagged(examples(program, commands)),
    '.Sh SEE ALSO',
    alsoSee.map((name) => `.Xr ${name} 1`).join(' ,\n'),
    '',
  ].join('\n');
}

/** Macros, one for each part. */
function usage({ name, operands, options }: Command): string[] {
  return [
    `Cm ${name}`,
    ...Object.entries(options).map(([key, option]) => {
      const macro = optionMacro(key, option);
      return 'value' in option && option.required ? macro : `Op ${macro}`;
    }),
    ...Object.entries(operands).flatMap(([key, { optional, many, completes }]) => {
      const macro = `Ar ${argument(key)}${many ? ' ...' : ''}`;
      return [...(completes === 'command' ? ['Cm \\-\\-'] : []), optional ? `Op ${macro}` : macro];
    }),
  ];
}

/** `Op` would reach to the end of a line that has more on it. */
function closed(macro: string): string {
  return macro.replace(/^Op (.*)$/, 'Oo $1 Oc');
}

function optionMacro(key: string, option: Option): string {
  return `Fl \\-${argument(key)}${'value' in option ? ` Ar ${argument(option.value)}` : ''}`;
}

function optionItems(options: Readonly<Record<string, Option>>): Item[] {
  return Object.entries(options).map(([key, option]) => {
    const standard = 'value' in option && option.default !== undefined ? ` (${option.default})` : '';
    return [optionMacro(key, option), prose(option.describe + standard)];
  });
}

function description({ summary, operands, options }: Command): string {
  const parts = Object.entries(operands).map(([key, { describe }]): Item => [`Ar ${argument(key)}`, prose(describe)]);
  const items = [...parts, ...optionItems(options)];
  return [prose(`${summary}.`), ...(items.length > 0 ? [tagged(items)] : [])].join('\n');
}

function files({ program, files: { credentials, placement } }: Program['profile']): Item[] {
  const folder = `~/.config/${program}`;
  const elsewhere = `below $XDG_CONFIG_HOME where that is set, and %APPDATA%\\${program} on Windows`;
  return [
    [`Pa ${argument(`${folder}/${credentials}`)}`, prose(`The encrypted file. Its folder is ${elsewhere}.`)],
    [`Pa ${argument(`${folder}/${placement}`)}`, prose('Which store holds which credential: names, and no secret.')],
  ];
}

function statuses(commands: readonly Command[]): Item[] {
  const runsOthers = commands.some(({ name }) => name === 'exec');
  return Object.entries(meanings)
    .filter(([key]) => runsOthers || !['notRunnable', 'notFound'].includes(key))
    .map(([key, what]) => [String(exitCodes[key as keyof typeof exitCodes]), prose(what)]);
}

function examples(program: Program, commands: readonly Command[]): Item[] {
  const all = new Map([...program.examples, ...commands.flatMap((command) => command.examples)]);
  return [...all].map(([line, what]) => [`Ic ${argument(line.replaceAll('$0', programName(program)))}`, prose(what)]);
}
