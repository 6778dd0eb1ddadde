import { posix, win32 } from 'node:path';
import type { Leaf, LeafReader } from '../../domain/formats/leaf.ts';
import {
  type EncodingProblem,
  findEncodingProblem,
  findTextOddity,
  getReader,
  type TextOddity,
} from '../../domain/sweep/file-formats.ts';
import { type Finding, inspectText } from '../../domain/sweep/finding.ts';
import type { KnownFile, Tool } from '../../domain/sweep/known-file.ts';
import { tools } from '../../domain/sweep/tools.ts';
import { byteOrderMark } from '../../domain/text/lines.ts';
import type { CredentialFiles, FileProblem, FileSnapshot } from '../../ports/tool-files.ts';

/** A larger file is reported and left alone: no tool's own file is near that. */
export const maxFileBytes = 1024 * 1024;

/** A file that was examined. */
export interface SweptFile {
  readonly tool: Tool;
  readonly known: KnownFile;
  readonly path: string;
  readonly snapshot: FileSnapshot;
  /** The text without a byte order mark. */
  readonly text: string;
  readonly leaves: readonly Leaf[];
  readonly findings: readonly Finding[];
  /** Why `--move` leaves it alone, whatever is in it. */
  readonly oddity?: TextOddity | 'symbolic-link' | 'hard-links';
}

/** A file that couldn't be examined. */
export interface SkippedFile {
  readonly tool: Tool;
  readonly path: string;
  readonly reason: FileProblem['problem'] | EncodingProblem | 'invalid';
  /** Where it's invalid. */
  readonly line?: number;
}

export interface SweepResult {
  /** Those that exist, in the order of the tools, whether or not they have findings. */
  readonly files: readonly SweptFile[];
  readonly skipped: readonly SkippedFile[];
}

export interface SweepOptions {
  readonly machine: SweptMachine;
  readonly files: CredentialFiles;
  /** The id of the only tool that the user wants examined. It gets the files that it shares with another tool. */
  readonly named?: string;
  /** Whether to examine a tool, and a file of it. */
  includes(tool: Tool, path: string): boolean;
}

/** Examines the files that tools keep credentials in. Reads nothing else, lists no folder, and changes nothing. */
export async function sweep({ machine, files, named, includes }: SweepOptions): Promise<SweepResult> {
  const examined: SweptFile[] = [];
  const skipped: SkippedFile[] = [];
  const seen = new Set<string>();
  const pending = tools.flatMap((tool) =>
    tool.files
      .filter(({ isShared }) => !isShared || tool.id === named)
      .flatMap((known) => locateFile(known, machine).map((path) => ({ tool, known, path }))),
  );
  const readYaml = await files.loadYamlReader();
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { tool, known, path } = next;
    if (seen.has(path) || !includes(tool, path)) continue;
    seen.add(path);
    const content = await files.read(path, maxFileBytes);
    if (content === undefined) continue;
    if ('problem' in content) {
      skipped.push({ tool, path, reason: content.problem });
      continue;
    }
    if (seen.has(content.identity)) continue;
    seen.add(content.identity);
    const result = examineFile(tool, known, content, readYaml);
    if ('reason' in result) {
      skipped.push(result);
      continue;
    }
    examined.push(result);
    for (const other of findStoreFiles(known, result.leaves)) {
      const resolved = resolvePath(other, machine);
      if (resolved !== undefined) pending.unshift({ tool, known: storeFile(other), path: resolved });
    }
  }
  return { files: examined, skipped };
}

/** Examines the content of one file. */
export function examineFile(
  tool: Tool,
  known: KnownFile,
  snapshot: FileSnapshot,
  readYaml: LeafReader,
): SweptFile | SkippedFile {
  const { path, bytes, link } = snapshot;
  const problem = findEncodingProblem(bytes);
  if (problem !== undefined) return { tool, path, reason: problem };
  const whole = decodeText(bytes);
  if (whole === undefined) return { tool, path, reason: 'not-utf-8' };
  const text = whole.startsWith(byteOrderMark) ? whole.slice(1) : whole;
  const inspection = inspectText(text, getReader(known.format, readYaml), known);
  if (inspection.status === 'invalid') return { tool, path, reason: 'invalid', line: inspection.line };
  const { findings, leaves } = inspection;
  const oddity = link ?? findTextOddity(whole);
  return { tool, known, path, snapshot, text, leaves, findings, ...(oddity && { oddity }) };
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The files of `credential.helper = store --file FILE` in a git configuration. */
function findStoreFiles({ format }: KnownFile, leaves: readonly Leaf[]): readonly string[] {
  if (format !== 'git-config') return [];
  return leaves.flatMap(({ path, value }) => {
    if (path[0] !== 'credential' || path.at(-1) !== 'helper') return [];
    const file = /^(?:!\s*git credential-)?store\s.*--file[= ]\s*(?:"([^"]+)"|'([^']+)'|(\S+))/.exec(value);
    return file?.[1] ?? file?.[2] ?? file?.[3] ?? [];
  });
}

function storeFile(path: string): KnownFile {
  return { path, format: 'credential-urls', secrets: [{ path: '**', kind: 'password' }] };
}

/** What decides where tools keep their files. */
export interface SweptMachine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** Absolute; `''` if it's unknown. */
  readonly home: string;
  /** The current folder, absolute. */
  readonly directory: string;
}

/** The absolute paths of a known file on this machine: none if it depends on a variable that isn't set. */
export function locateFile(
  { path, isList }: Pick<KnownFile, 'path' | 'isList'>,
  machine: SweptMachine,
): readonly string[] {
  const expanded = expandPath(path, machine);
  if (expanded === undefined || expanded === '') return [];
  const { delimiter } = machine.platform === 'win32' ? win32 : posix;
  const paths = isList ? expanded.split(delimiter).filter((part) => part !== '') : [expanded];
  return paths.flatMap((part) => resolvePath(part, machine) ?? []);
}

/** Resolves `~/…` and relative paths. `undefined` if the home directory is needed and unknown. */
export function resolvePath(path: string, { platform, home, directory }: SweptMachine): string | undefined {
  const { resolve, join } = platform === 'win32' ? win32 : posix;
  if (!/^~(?=[\\/]|$)/.test(path)) return resolve(directory, path);
  return home === '' ? undefined : join(home, path.slice(1));
}

/** Replaces `{NAME:-default}` and `{NAME}`; a default may contain another variable. npm accepts its variable in lower case too. */
function expandPath(path: string, machine: Pick<SweptMachine, 'environment' | 'platform'>): string | undefined {
  // The innermost first.
  const [whole, name = '', , fallback] = /\{([A-Z_]+)(:-([^{}]*))?\}/.exec(path) ?? [];
  if (whole === undefined) return path;
  const { environment, platform } = machine;
  const key = platform === 'win32' ? findKey(environment, name) : name;
  const value = environment[key] || (name.startsWith('NPM_') && environment[name.toLowerCase()]) || fallback;
  if (value === undefined) return undefined;
  return expandPath(
    path.replace(whole, () => value),
    machine,
  );
}

function findKey(environment: SweptMachine['environment'], name: string): string {
  return Object.keys(environment).find((key) => key.toUpperCase() === name) ?? name;
}
