import { existsSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream, WriteStream } from 'node:tty';
import { onTestFinished, vi } from 'vitest';
import { onTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';

/** A terminal at which somebody types to this process, until the test ends. */
export interface OwnTerminal extends Pick<PseudoTerminal, 'shown' | 'waitFor' | 'type'> {
  /** Of its device, such as `/dev/pts/7`. */
  readonly path: string;
  /** Makes it this process's stdin. */
  asStdin(): ReadStream;
  /** How often this process has it open. */
  opened(): number;
}

/** What this process writes to stderr is shown on it. */
export async function ownTerminal(): Promise<OwnTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-terminal-'));
  const { PATH = '' } = process.env;
  const terminal = onTerminal(`tty; while test -e '${folder}'; do sleep 0.05; done`, tmpdir(), { PATH });
  await terminal.waitFor('\n');
  const path = terminal.shown().trim();
  // As on the process's own: nobody who writes to it ends it.
  const stderr = Object.assign(new WriteStream(openSync(path, 'w')), { _isStdio: true, fd: 2 as const });
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(stderr);
  const opened = () => openFiles().filter((file) => file === path).length;
  const before = opened();
  onTestFinished(async () => {
    vi.restoreAllMocks();
    stderr.destroy();
    rmSync(folder, { recursive: true });
    await terminal.exit;
  });
  return {
    ...terminal,
    path,
    asStdin() {
      const stdin = new ReadStream(openSync(path, 'r+'));
      vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as typeof process.stdin);
      onTestFinished(() => void stdin.destroy());
      return stdin;
    },
    opened: () => opened() - before,
  };
}

/** What this process has open. */
function openFiles(): string[] {
  const own = '/proc/self/fd';
  return readdirSync(own).flatMap((descriptor) => {
    const link = join(own, descriptor);
    return existsSync(link) ? [readlinkSync(link)] : [];
  });
}
