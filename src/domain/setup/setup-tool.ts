import type { Edit } from '../formats/edits.ts';
import type { YamlNode } from '../formats/yaml.ts';
import { quoteForShell } from '../text/quote.ts';

/** The tools that `keystow setup` knows, as users call them. */
export const toolIds = [
  'git',
  'docker',
  'podman',
  'aws',
  'kubectl',
  'cargo',
  'terraform',
  'pnpm',
  'pip',
  'uv',
  'ansible',
  'go',
  'bazel',
  'claude',
  'codex',
  'askpass',
] as const;

export type ToolId = (typeof toolIds)[number];

/** What the location of a tool's configuration depends on. */
export interface Machine {
  /** As in `process.platform`. */
  readonly platform: string;
  /** Absolute. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** keystow's own configuration folder, absolute. */
  readonly folder: string;
  /** Separates folders of a path, and paths of a list. */
  readonly separators: { readonly path: string; readonly list: string };
}

/** One of our executables. */
export interface ToolExecutable {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly isOnPath: boolean;
}

export interface SetupInput {
  readonly machine: Machine;
  /** What to set up within the tool, such as a registry. Absent: the tool's default. */
  readonly target: string | undefined;
  /** The text of each file of {@link SetupTool.locate}; `undefined` if it doesn't exist. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** One that isn't installed → `command-not-found`. */
  findExecutable(name: string): ToolExecutable;
  /** The path of another program, if it's on PATH. */
  findOnPath(name: string): string | undefined;
  /** Invalid YAML → `file-damaged`. */
  parseYaml(text: string): YamlNode;
}

/** `other-helper`: the client asks another program, which is replaced or comes after keystow. */
export type SetupState = 'set-up' | 'not-set-up' | 'other-helper';

export type FileChange =
  | { readonly kind: 'edit'; readonly path: string; readonly edits: readonly Edit[] }
  /** A script that starts keystow: for a client that looks in a folder, or takes an executable without arguments. */
  | { readonly kind: 'script'; readonly path: string; readonly text: string };

export interface ToolPlan {
  readonly state: SetupState;
  /** None if `set-up`. */
  readonly changes: readonly FileChange[];
  /** The other helpers, and what happens to them. Never a secret. */
  readonly others: readonly string[];
  /** What the user should know, or has to do. */
  readonly notes: readonly string[];
  /** What the user has to export, in every shell. */
  readonly variables?: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Whether it comes before what the variable has already. */
  readonly isPrefix?: true;
}

/** The command for a POSIX shell, which can be copied into its startup file. */
export function formatExport({ name, value, isPrefix }: Variable): string {
  const word = quoteForShell(value);
  return `export ${name}=${isPrefix ? `${word}:"$${name}"` : word}`;
}

export interface SetupTool {
  readonly id: ToolId;
  /** What it's for: `git`, `docker and everything that reads its configuration`. */
  readonly title: string;
  /** One of these on PATH: the tool is installed. */
  readonly commands: readonly string[];
  /** What a target is, for the help. Absent: the tool takes none. */
  readonly target?: string;
  /** What a target must match, for the tools whose configuration would mean something else with another one. */
  readonly targetPattern?: RegExp;
  /** The files that it could be set up in, best first. A file that a variable names comes alone. */
  locate(machine: Machine, target: string | undefined): readonly string[];
  /** Plans the change of these files. A file that the client could not read → `file-damaged`. */
  plan(input: SetupInput): ToolPlan;
  /** What takes the change out of a file that its client has rewritten since, so that nothing else tells where it is. */
  unset(text: string, input: SetupInput): readonly Edit[];
}

export function joinPath({ separators }: Machine, ...parts: readonly string[]): string {
  return parts.join(separators.path);
}

/** `$XDG_CONFIG_HOME`, or `~/.config`. */
export function findConfigHome(machine: Machine): string {
  const { XDG_CONFIG_HOME: folder } = machine.environment;
  return folder?.startsWith('/') ? folder : joinPath(machine, machine.home, '.config');
}

/** The first file that exists, or else the last one of the list. */
export function chooseFile(files: SetupInput['files'], paths: readonly string[]): string {
  return paths.find((path) => files.get(path) !== undefined) ?? paths.at(-1) ?? '';
}

export const setUp: ToolPlan = { state: 'set-up', changes: [], others: [], notes: [] };

/** The program as its user types it, or its path if it isn't on PATH. */
export function toCommandWord({ name, path, isOnPath }: ToolExecutable): string {
  return isOnPath ? name : path;
}

/** A note if an executable must be found on PATH and isn't there. */
export function noteMissingOnPath(...executables: readonly ToolExecutable[]): readonly string[] {
  return executables.flatMap(({ name, path, isOnPath }) => (isOnPath ? [] : [`${name} is not on PATH; it is ${path}`]));
}

const firstLines = '#!/bin/sh\n# Written by keystow setup.\n';

/**
 * A script that runs one of our executables, for a client that takes no arguments or looks in a folder of its own. A link
 * would end when the executable moves, and can have no arguments. `prefix`: printed first.
 */
export function formatLauncher({ path }: ToolExecutable, args: readonly string[], { prefix = '' } = {}): string {
  const print = prefix === '' ? '' : `printf %s ${quoteForShell(prefix)}\n`;
  return `${firstLines}${print}exec ${[path, ...args].map(quoteForShell).join(' ')} "$@"\n`;
}

/** The folder of the scripts that keystow writes. */
export function findLauncherFolder(machine: Machine): string {
  return joinPath(machine, machine.folder, 'bin');
}

/** The change that writes a script, unless it's there. Another program at its place stays. */
export function planLauncher(files: SetupInput['files'], path: string, text: string): readonly FileChange[] {
  const current = files.get(path);
  const isOurs = current === undefined || current.startsWith(firstLines);
  return isOurs && current !== text ? [{ kind: 'script', path, text }] : [];
}
