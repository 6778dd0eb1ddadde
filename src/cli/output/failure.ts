import { isTerminal } from '../../composition/environment.ts';
import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { Profile } from '../../domain/profile.ts';
import { findClosest } from '../../domain/text/messages.ts';
import { formatOperand } from '../command.ts';
import { findAwaited, findCommand, isAfterEnd, isOption, type Position } from '../complete.ts';
import { exitCodes, toExitCode } from '../exit.ts';
import { createPaint, findColor } from './print.ts';
import { type Line, renderLines, styled } from './text.ts';

/** Prints an error and a hint to stderr, never a stack. Returns the exit code. */
export function reportFailure(error: unknown, { program, errorNames }: Profile, cancelled: boolean): number {
  // If stderr can't be written to, the exit code still shows the failure.
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
  const paint = createPaint(findColor(process.argv.slice(2)), process.env, isTerminal(2));
  const print = (...lines: readonly Line[]) => void process.stderr.write(renderLines(lines, paint));
  const printError = (message: string) => print([styled('bad', `${program}:`), ` ${message}`]);
  const printHint = (hint: string) => print(['  ', styled('strong', 'hint:'), ` ${hint}`]);
  if (error instanceof UsageError) {
    const { help, hint, message } = error;
    // The error comes last, so that it isn't scrolled off.
    if (help !== undefined) print(...formatHelp(help), '');
    printError(message);
    printHint(hint);
    return exitCodes.usage;
  }
  if (error instanceof CredentialError) {
    const name = errorNames?.[error.code];
    printError(`${name ? `${name}: ` : ''}${error.message}`);
    const hint = error.hint ?? defaultHint(error.code, program);
    if (hint !== undefined) printHint(hint);
    return cancelled || error.code === 'cancelled' ? exitCodes.interrupted : toExitCode(error.code);
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  printError(`unexpected error: ${text.replace(/\s+/g, ' ')}`);
  printHint(`this is a bug in ${program}; please report it`);
  return exitCodes.error;
}

function ignore(): void {}

/** The text of a help, with its headings in bold. */
export function formatHelp(text: string): readonly Line[] {
  return text.split('\n').map((line) => (/^[A-Z]\w+:$/.test(line) ? [styled('strong', line)] : line));
}

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** One line that points to the help. */
  readonly hint: string;
  /** Printed before the message, for somebody who typed no command. */
  readonly help: string | undefined;

  constructor(message: string, { hint, help }: { readonly hint: string; readonly help?: string }) {
    super(message);
    this.hint = hint;
    this.help = help;
  }
}

export const missingCommand = 'missing command';

/**
 * Rewords a complaint of yargs. An argument that wasn't understood may be a secret, so only its position is named, counted
 * from 1 after the program's name, and the command or option that it's close to.
 */
export function describeComplaint(
  complaint: string,
  program: string,
  argv: readonly string[],
  position: Position,
): { readonly message: string; readonly hint: string } {
  const message = rewordComplaint(complaint, program, argv, position);
  const { command, path, operands } = position;
  const name = [program, ...path].join(' ');
  const surplus = message === tooManyArguments ? command?.surplus : undefined;
  if (surplus !== undefined) {
    const fix = surplus.fix.replaceAll('$0', program);
    return { message: `${message}: ${surplus.reason}`, hint: `${fix}; for more: ${name} --help` };
  }
  if (position.commands.length > 0) {
    const topic = path[0] === 'help' ? [program, ...path.slice(1)].join(' ') : name;
    const isUnknown = operands.length > 0 || message !== missingCommand;
    return {
      message,
      hint: isUnknown ? `list the commands: ${topic} --help` : `choose one; its help: ${topic} COMMAND --help`,
    };
  }
  return { message, hint: `${[program, formatUsage(path, command)].join(' ')}; for more: ${name} --help` };
}

const tooManyArguments = 'too many arguments';

function rewordComplaint(complaint: string, program: string, argv: readonly string[], position: Position): string {
  const text = complaint.replaceAll('\n', ' ').replaceAll('\0', '');
  const [word] = position.operands;
  if (position.commands.length > 0 && word !== undefined) {
    return `unknown command (argument ${word.index + 1})${suggest(findCommandLike(word.text, program, position))}`;
  }
  // yargs may take the word after it for its value, and complain about another one that's missing then.
  const index = argv.findIndex((word, index) => isUnknownOption(word, index, argv, position.options));
  if (index >= 0) return describeUnknownOption(index, argv, position);
  const option = argv.find((word, index) => isMissingValue(word, index, argv, position.options));
  if (option !== undefined) return `missing value: ${option}`;
  if (text === missingCommand) return missingCommand;
  if (/^Unknown argument/.test(text)) return tooManyArguments;
  if (/^Not enough non-option arguments/.test(text)) {
    if (position.commands.length > 0) return missingCommand;
    const required = Object.entries(position.command?.operands ?? {}).filter(([, { optional }]) => !optional);
    const missing = required.slice(position.operands.length).map(([key]) => key);
    return `missing argument${missing.length > 1 ? 's' : ''}: ${missing.join(', ')}`;
  }
  const [, required] = /^Missing required arguments?: (.+)$/.exec(text) ?? [];
  if (required !== undefined) return `missing required option: ${formatOptions(required.split(', '))}`;
  const [, valueless] = /^Not enough arguments following: (.+)$/.exec(text) ?? [];
  if (valueless !== undefined) return `missing value: ${formatOptions([valueless])}`;
  const [, one = '', other = ''] = /^Arguments (\S+) and (\S+) are mutually exclusive$/.exec(text) ?? [];
  if (one) return `${formatOptions([one])} and ${formatOptions([other])} can't be combined`;
  return 'invalid arguments';
}

/**
 * Finds a command with a similar name among those that may follow, or one of this name elsewhere: `auth token` for `token`,
 * and `jsm login` for `auth login`.
 */
function findCommandLike(word: string, program: string, { all, commands, path }: Position): string | undefined {
  const prefix = path[0] === 'help' ? path.slice(1) : path;
  const visible = commands.filter(({ hidden, name }) => !hidden || name === 'help');
  const names = visible.flatMap(({ name, aliases }) => [name, ...aliases]);
  const [found, ...others] = new Set(findClosest(word, names).map((close) => findCommand(commands, close)?.name));
  if (found !== undefined && others.length === 0) return [...prefix, found].join(' ');
  const group = visible.find(({ hidden, commands }) => !hidden && findCommand(commands, word) !== undefined);
  if (group) return [...prefix, group.name, word].join(' ');
  const top = findCommand(all, word);
  return top && !top.hidden && top.commands.length === 0 ? `${program} ${top.name}` : undefined;
}

function describeUnknownOption(index: number, argv: readonly string[], { options }: Position): string {
  const [, typed = ''] = /^-+([^=]*)/.exec(argv[index] as string) ?? [];
  const [found, ...others] = findClosest(typed, Object.keys(options));
  const isClear = found !== undefined && others.length === 0;
  const otherwise = '; put -- before an argument that begins with a dash';
  return `unknown option (argument ${index + 1})${isClear ? suggest(`--${found}`) : otherwise}`;
}

function suggest(found: string | undefined): string {
  return found === undefined ? '' : `; did you mean ${found}?`;
}

function isUnknownOption(word: string, index: number, argv: readonly string[], options: Position['options']): boolean {
  if (!word.startsWith('-') || ['-', '--', '-h', '-V'].includes(word) || isAfterEnd(index, argv)) return false;
  const [, name = ''] = /^--([^=]*)/.exec(word) ?? [];
  return !Object.hasOwn(options, name);
}

/** `--env --` has no value either: `--` ends the options. */
export function isMissingValue(
  word: string,
  index: number,
  argv: readonly string[],
  options: Position['options'],
): boolean {
  const isLast = index === argv.length - 1 || argv[index + 1] === '--';
  return isLast && !isAfterEnd(index, argv) && isOption(word) && findAwaited(options, word) !== undefined;
}

function formatOptions(names: readonly string[]): string {
  return names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`)).join(', ');
}

/** The command with its required options and its operands: what follows a command that takes many is that command's own. */
function formatUsage(path: readonly string[], command: Position['command']): string {
  const operands = Object.entries(command?.operands ?? {}).map(formatOperand);
  const required = Object.entries(command?.options ?? {}).flatMap(([key, option]) =>
    'value' in option && option.required ? [`--${key} ${option.value}`] : [],
  );
  return [...path, ...required, ...operands].join(' ');
}

/** The hint for an error that has none of its own. `undefined` for `cancelled`. */
export function defaultHint(code: ErrorCode, program: string): string | undefined {
  switch (code) {
    case 'cancelled':
      return undefined;
    case 'invalid-input':
    case 'invalid-name':
    case 'invalid-setting':
    case 'invalid-preference':
    case 'contradictory-settings':
      return 'correct it and try again';
    case 'not-found':
      return `list the stored credentials: ${program} list`;
    case 'too-large':
      return 'encrypt it into a file of its own, and store the key here';
    case 'output-failed':
      return 'check that stdout can be written to and has space left';
    case 'not-signed-in':
    case 'refresh-rejected':
    case 'sign-in-refused':
      return 'sign in again';
    case 'refresh-failed':
    case 'sign-in-unreachable':
      return "check the network connection and the server's address, and try again";
    case 'wrong-passphrase':
    case 'passphrase-required':
      return 'run it on a terminal and type the passphrase';
    case 'file-busy':
      return 'try again';
    case 'command-not-found':
    case 'command-not-runnable':
      return 'run the command by itself to find the cause';
    default:
      // The store, or its file, is not available.
      return `find the cause and the fix: ${program} doctor`;
  }
}
