import { existsSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream, WriteStream } from 'node:tty';
import { onTestFinished, vi } from 'vitest';
import { type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';

/** A pseudo-terminal for this process. Closed when the test ends. */
export interface TestTerminal extends Pick<PseudoTerminal, 'shown' | 'waitFor' | 'type'> {
  /** Path of its device, such as `/dev/pts/7`. */
  readonly path: string;
  /** Makes it the stdin of this process. */
  useAsStdin(): ReadStream;
  /** How often this process has it open. */
  countOpen(): number;
}

/** Opens a terminal that shows the stderr of this process. */
export async function openTestTerminal(): Promise<TestTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-terminal-'));
  const { PATH = '' } = process.env;
  const terminal = runOnTerminal(`tty; while test -e '${folder}'; do sleep 0.05; done`, tmpdir(), { PATH });
  await terminal.waitFor('\n');
  const path = terminal.shown().trim();
  // Like the real stderr, it must not be ended by its writers.
  const stderr = Object.assign(new WriteStream(openSync(path, 'w')), { _isStdio: true, fd: 2 as const });
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(stderr);
  const countOpen = () => listOpenFiles().filter((file) => file === path).length;
  const before = countOpen();
  onTestFinished(async () => {
    vi.restoreAllMocks();
    stderr.destroy();
    rmSync(folder, { recursive: true });
    await terminal.exit;
  });
  return {
    ...terminal,
    path,
    useAsStdin() {
      const stdin = new ReadStream(openSync(path, 'r+'));
      vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as typeof process.stdin);
      onTestFinished(() => void stdin.destroy());
      return stdin;
    },
    countOpen: () => countOpen() - before,
  };
}

/** Lists the files that this process has open. */
function listOpenFiles(): string[] {
  const own = '/proc/self/fd';
  return readdirSync(own).flatMap((descriptor) => {
    const link = join(own, descriptor);
    return existsSync(link) ? [readlinkSync(link)] : [];
  });
}
