import type { SetupRecord } from '../domain/setup/setup-record.ts';
import type { Executable } from '../domain/setup/setup-tool.ts';

/** A file that configures another tool. */
export interface ConfigFile {
  /** Absolute, behind all links. */
  readonly path: string;
  /** What messages call it. */
  readonly label: string;
  /** With its byte order mark. `undefined`: the file doesn't exist. */
  readonly text: string | undefined;
  /** Changes whenever the file is written. `undefined`: it doesn't exist. */
  readonly version: string | undefined;
  /** The permission bits, and the group. */
  readonly mode: number | undefined;
  readonly gid: number | undefined;
}

/** The user's configuration files of other tools. */
export interface ConfigFiles {
  /**
   * Reads a file. Follows links that belong to the user or root.
   *
   * - absent → its text is `undefined`
   * - another user's file or link, or one that others could have written; read-only; not a regular file; several hard links;
   *   a link that leads nowhere; larger than 16 MiB → `file-refused`
   * - not UTF-8, or with a NUL → `file-damaged`
   * - a system call fails → `file-io`
   */
  read(path: string, label: string): Promise<ConfigFile>;
  /**
   * Replaces the file atomically, and keeps its mode. A new one, and the folders that are missing, are only the user's.
   *
   * - returns the new folders, innermost first
   * - the file is no longer the one that was read → `file-busy`, and nothing changes
   */
  write(file: ConfigFile, text: string, options: WriteOptions): Promise<readonly string[]>;
  /** Removes the file, and the folders among `folders` that are empty then. */
  remove(file: ConfigFile, folders: readonly string[]): Promise<void>;
}

export interface WriteOptions {
  /** For a new file. Default: 0600. */
  readonly mode?: number;
  /** Whether the lock is still held. */
  isPermitted(): boolean;
}

/** Where `keystow setup` records what it changed: a private file in keystow's own folder. */
export interface SetupRecords {
  /** A file that isn't what `write` writes → `file-damaged`. */
  read(): Promise<readonly SetupRecord[]>;
  /** Only under the lock of the records. */
  write(records: readonly SetupRecord[], isPermitted: () => boolean): Promise<void>;
}

export interface Executables {
  /** One of our own. It isn't installed, or only in npm's cache → throws `command-not-found`. */
  findOwn(name: string): Executable;
  /** The path of a program on PATH. */
  findOnPath(name: string): string | undefined;
}
