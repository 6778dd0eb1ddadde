import type { LeafReader } from '../domain/formats/leaf.ts';

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
