import type { LeafReader } from '../domain/formats/leaf.ts';
import type { SetupRecord } from '../domain/setup/setup-record.ts';
import type { ToolExecutable } from '../domain/setup/setup-tool.ts';

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
  write(file: ConfigFile, text: string, options: ToolWriteOptions): Promise<readonly string[]>;
  /** Removes the file, and the folders among `folders` that are empty then. */
  remove(file: ConfigFile, folders: readonly string[]): Promise<void>;
}

export interface ToolWriteOptions {
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
  findOwn(name: string): ToolExecutable;
  /** The path of a program on PATH. */
  findOnPath(name: string): string | undefined;
}

/** Reads files of other programs that may contain credentials, and reports exactly why it can't. */
export interface CredentialFiles {
  /**
   * Reads a file. Never rejects because of the file, and never waits for one: a FIFO, a device or a socket isn't opened.
   *
   * - absent → `undefined`
   * - anything that isn't a regular file of the user's own, behind links or not → its problem
   * - larger than `maxBytes` → `too-large`
   */
  read(path: string, maxBytes: number): Promise<FileSnapshot | FileProblem | undefined>;
  /** Loads the reader of YAML, which isn't part of the domain because it's a package. */
  loadYamlReader(): Promise<LeafReader>;
}

export interface FileSnapshot {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The same for every path that leads to the file. */
  readonly identity: string;
  readonly modifiedAtMs: number;
  readonly readableBy: Readers;
  /** What `--move` leaves alone: replacing the file would replace the link, or leave another name with the secret. */
  readonly link?: 'symbolic-link' | 'hard-links';
}

/** Who can read a file besides the user and root, by its mode and by those of the folders above it. Access lists don't count. */
export type Readers = 'nobody' | 'group' | 'everyone' | 'unknown';

export interface FileProblem {
  readonly path: string;
  readonly problem: 'dangling-link' | 'link-loop' | 'not-a-file' | 'other-owner' | 'denied' | 'too-large' | 'failed';
}
