import { writeSync } from 'node:fs';
import type { ReadContext } from '../app/context.ts';
import { getRecorded } from '../app/credentials/get-credential.ts';
import { isTerminal } from '../composition/environment.ts';
import { createReadContext } from '../composition/read-context.ts';
import { isExpired } from '../domain/placement/expiry.ts';
import type { PlacementEntry } from '../domain/placement/placement-index.ts';
import type { Profile } from '../domain/profile.ts';
import type { Secret } from '../domain/secret.ts';
import type { Cli } from './cli.ts';

/** A command line without options: these words, then this many operands. */
export interface CommandForm {
  readonly words: readonly string[];
  /** Another name for the only word. */
  readonly alias?: string;
  readonly operands: number;
}

/** `get SERVICE ACCOUNT` */
export const getForm: CommandForm = { words: ['get'], alias: 'show', operands: 2 };

/** `token SERVICE ACCOUNT` */
export const tokenForm: CommandForm = { words: ['token'], operands: 2 };

/** `auth token` */
export const authTokenForm: CommandForm = { words: ['auth', 'token'], operands: 0 };

type PlacementReader = ReadContext['placement'];

/** A command that prints a secret. */
export interface FastRead extends CommandForm {
  readonly profile: Profile;
  /** Finds the entry of the secret. */
  find(placement: PlacementReader, ...operands: string[]): Promise<PlacementEntry | undefined>;
  /** Returns the bytes to print. If it returns `undefined` or throws, the full program runs. */
  select(secret: Secret): Uint8Array | undefined;
}

/** POSIX `PIPE_BUF` on Linux: up to this size, a write to a pipe is atomic. */
const maxBytes = 4096;

/** Writes all bytes to stdout in one step, or returns `false`. */
export function printAtOnce(bytes: Uint8Array): boolean {
  return bytes.length <= maxBytes && writeSync(1, bytes) === bytes.length;
}

/** On Linux all output is written by now, and a regular exit takes 1 ms more. */
export function exitFast(): void {
  if (process.platform === 'linux') process.exit();
}

/**
 * Prints a secret to a file or a pipe without loading the full program. If that isn't possible, prints nothing and calls
 * `full`, which loads the full program. That reads the secret again, or reports the error.
 */
export async function runFastPath(commands: readonly FastRead[], full: () => Promise<unknown>): Promise<void> {
  for (const command of commands) {
    if (!(await printSecret(command, process.argv.slice(2)))) continue;
    return exitFast();
  }
  await full();
}

async function printSecret(command: FastRead, argv: readonly string[]): Promise<boolean> {
  const operands = matchForm(command, argv);
  if (operands === undefined || isTerminal(1)) return false;
  try {
    const find = (placement: PlacementReader) => command.find(placement, ...operands);
    const recorded = await readRecorded(command.profile, process.env, find);
    const bytes = recorded && command.select(recorded.secret);
    return bytes !== undefined && printAtOnce(bytes);
  } catch {
    return false;
  }
}

/**
 * Reads a secret that the placement file says is in the encrypted file or in the Secret Service, without a prompt. Returns
 * `undefined` or rejects in every other case.
 */
export async function readRecorded(
  profile: Profile,
  environment: Readonly<Record<string, string | undefined>>,
  find: (placement: PlacementReader) => Promise<PlacementEntry | undefined>,
): Promise<{ readonly entry: PlacementEntry; readonly secret: Secret } | undefined> {
  const context = createReadContext(profile, environment);
  const { preference } = context.settings.policy;
  if (preference !== 'auto' && preference !== 'file') return undefined;
  const entry = await find(context.placement);
  if (entry === undefined) return undefined;
  // The full program warns. Node reads the time zone to format a time (0.1 ms), so only a credential that expires needs it.
  if (entry.expiresAt !== undefined && isExpired(entry, new Date().toISOString())) return undefined;
  const secret = await getRecorded(context, entry);
  return secret && { entry, secret };
}

/** A command that the full program runs without loading the parser if the command line has this form. */
export interface DirectCommand extends CommandForm {
  /** Whether everything after the words is passed on as it is, options too. Replaces the number of operands. */
  accepts?(rest: readonly string[]): boolean;
  run(cli: Cli, ...operands: string[]): Promise<void>;
}

/** Returns a function that runs the direct command that `argv` matches, if there is one. */
export function findDirectRun(
  commands: readonly DirectCommand[],
  argv: readonly string[],
): ((cli: Cli) => Promise<void>) | undefined {
  for (const command of commands) {
    const operands = command.accepts ? matchRest(command, argv) : matchForm(command, argv);
    if (operands) return (cli) => command.run(cli, ...operands);
  }
  return undefined;
}

function matchRest({ words, accepts }: DirectCommand, argv: readonly string[]): readonly string[] | undefined {
  const rest = argv.slice(words.length);
  return words.every((word, index) => argv[index] === word) && accepts?.(rest) ? rest : undefined;
}

/** Returns the operands if `argv` has the form. Anything that begins with a dash needs the parser, even a lone `-`. */
export function matchForm(
  { words, alias, operands }: CommandForm,
  argv: readonly string[],
): readonly string[] | undefined {
  const matches =
    argv.length === words.length + operands &&
    words.every((word, index) => argv[index] === word || argv[index] === alias) &&
    argv.every((argument) => !argument.startsWith('-'));
  return matches ? argv.slice(words.length) : undefined;
}
