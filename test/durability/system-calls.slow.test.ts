import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodes, toExitCode } from '../../src/cli/exit.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { describeStore } from '../contract/require-stores.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { childProcesses, waitForExit } from '../encrypted-file/processes.ts';
import { occupy, parentProcess } from '../files/lock-holders.ts';
import { type DurableFile, durableFiles } from './durable-files.ts';
import { inParallel } from './in-parallel.ts';
import {
  missingStrace,
  parseCalls,
  repeatableEnvironment,
  type SystemCall,
  straceFailing,
  straceKilling,
  straceRecording,
  writtenPaths,
} from './strace.ts';

type State = Readonly<Record<string, string>>;

const file = 'config/kept.json';
const errnos = ['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const;
const orphan = `${file}.tmp-0123456789abcdef`;
const paths = ['.', 'config', orphan, ...writtenPaths(file)];
const writes = durableFiles.flatMap((kept) => [
  ...(kept.verb === 'reseal' ? [] : [{ what: `the first write of ${kept.name}`, kept, first: true, orphaned: false }]),
  { what: `a change of ${kept.name}`, kept, first: false, orphaned: false },
  // Both files are written in the same way.
  ...(kept.verb === 'set'
    ? [{ what: `a change of ${kept.name} after a writer was killed`, kept, first: false, orphaned: true }]
    : []),
]);

describeStore('the system calls', 'strace', missingStrace(), () => {
  const { start, run } = childProcesses();

  describe.each(writes)('of $what', ({ kept, first, orphaned }) => {
    /** Records the calls of a write and the data before and after it, and provides folders to repeat it in. */
    async function record() {
      const { folder: root } = newPlace();
      const template = join(root, 'template');
      mkdirSync(template);
      if (!first) await kept.fill(join(template, file));
      const fresh = (name: string) => {
        const folder = join(root, name);
        cpSync(template, folder, { recursive: true });
        if (orphaned) leaveBehind(folder);
        return { folder, path: join(folder, file), log: `${folder}.log` };
      };
      const { folder, path, log } = fresh('recorded');
      const before = await kept.read(path);
      await run(kept.verb, path, 'alice', repeatableEnvironment, straceRecording(log, folder, paths));
      return {
        before,
        after: await kept.read(path),
        calls: parseCalls(readFileSync(log, 'utf8'), folder, paths),
        fresh,
      };
    }

    test('[DUR5] killed at each call in turn: the old data or the new, the lock recovers, and the next write cleans up', async () => {
      const { calls, before, after, fresh } = await record();
      for (const name of [/^mkdir/, /^open/, /^p?write/, /^fsync/, /^rename/, /^(rmdir|unlinkat)/]) {
        expect(calls.some((call) => name.test(call.name))).toBe(true);
      }
      const left = await inParallel(calls, async (call) => {
        const what = `killed at ${label(call)}`;
        const { folder, path, log } = fresh(what);
        const child = start(kept.verb, path, 'alice', repeatableEnvironment, straceKilling(log, folder, call));
        await waitForExit(child);
        expect(child.signalCode, what).toBe('SIGKILL');
        return { path, states: [before, after], what };
      });
      await expectWhole(kept, left);
    });

    // A change of the file makes the same calls, and is tested with the same failures.
    if (kept.verb === 'reseal') return;

    test('[DUR6] each call fails in turn: an error that names the file, or success if the call is optional', async () => {
      const { calls, before, after, fresh } = await record();
      const all = calls.flatMap((call) => errnos.map((errno) => [call, errno] as const));
      const left = await inParallel(all, async ([call, errno]) => {
        const what = `${errno} at ${label(call)}`;
        const { folder, path, log } = fresh(what);
        const result = await run(
          kept.verb,
          path,
          'alice',
          repeatableEnvironment,
          straceFailing(log, folder, call, errno),
        );
        expect(readFileSync(log, 'utf8'), what).toContain('(INJECTED)');
        if ('value' in result) return { path, states: [after], what };
        expect(result, what).toMatchObject({ code: 'file-io', hint: expect.stringMatching(/./) });
        expect(result.message, what).toContain(path);
        expect(toExitCode(result.code as ErrorCode)).toBe(exitCodes.error);
        return { path, states: [before, after], what };
      });
      await expectWhole(kept, left);
    });
  });
});

/** Creates the lock and the temporary file of a writer that was killed. */
function leaveBehind(folder: string): void {
  occupy(join(folder, `${file}.lock`), { ...parentProcess(), started: 'before' });
  writeFileSync(join(folder, orphan), 'half');
}

function label({ name, path, nth }: SystemCall): string {
  return `${name} ${nth} of ${path.replaceAll('/', '-')}`;
}

interface Left {
  readonly path: string;
  /** The file must contain one of these. */
  readonly states: readonly State[];
  readonly what: string;
}

/** No data is lost, the lock is free, and the next write leaves no other files behind. */
async function expectWhole(kept: DurableFile, left: readonly Left[]): Promise<void> {
  // Concurrently, because many wait for a lock to become stale.
  const check = async ({ path, states, what }: Left) => {
    const state = await kept.read(path);
    expect(states, what).toContainEqual(state);
    await kept.add(path);
    expect(await kept.read(path), what).toEqual({ ...state, carol: expect.any(String) });
    expect(readdirSync(dirname(path)), what).toEqual([basename(path)]);
  };
  await Promise.all(left.map(check));
}
