import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { inParallel } from '../durability/in-parallel.ts';
import { missingStrace } from '../durability/strace.ts';
import { findScript } from '../support/programs.ts';
import { missingProgram } from '../support/session-bus.ts';
import { Sandbox } from './sandbox.ts';

const secret = 'Tk4x9qZ2w8vB7nM1kL5j';
const other = 'Qq7pR3sT9uV1wX5yZ2aB';

const files: Readonly<Record<string, string>> = {
  '.git-credentials': `# mine\nhttps://alice:${secret}@github.example\n`,
  '.gitconfig': '[user]\n\tname = A\n[credential]\n\thelper = store\n',
  '.docker/config.json': `{\n\t"auths": {\n\t\t"ghcr.example": {\n\t\t\t"auth": "${Buffer.from(`alice:${other}`).toString('base64')}"\n\t\t}\n\t}\n}`,
};

/** The calls that change what's on the disk. */
const changing = ['write', 'rename', 'unlink', 'mkdir', 'rmdir', 'link', 'symlink'];

/** Calls that write to temporary files and locks: every so many of them. With KEYSTOW_EVERY_CALL=1, all of them. */
const sampled: Readonly<Record<string, number>> = process.env.KEYSTOW_EVERY_CALL
  ? {}
  : { write: 12, mkdir: 12, rmdir: 8, unlink: 4, rename: 2 };

interface Call {
  readonly name: string;
  /** Counts the calls of that name, from 1. */
  readonly nth: number;
}

describeStore('keystow sweep, killed', 'strace', missingStrace() ?? missingProgram('git'), () => {
  function createHome(): Sandbox {
    const sandbox = new Sandbox({ KEYSTOW_STORAGE: 'file' }, { timed: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(sandbox.home, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o600 });
    }
    return sandbox;
  }

  /** Runs keystow under strace, which sees only its main thread, and kills it there. Returns the log. */
  async function run(sandbox: Sandbox, args: readonly string[], kill?: Call): Promise<{ log: string; end: unknown }> {
    const log = join(sandbox.environment.TMPDIR ?? '', 'strace.log');
    const inject = kill ? ['-e', `inject=${kill.name}:signal=KILL:when=${kill.nth}`] : [];
    const traced = ['-o', log, '-e', `trace=${kill?.name ?? changing.join()}`, ...inject];
    const child = spawn('strace', [...traced, process.execPath, findScript('keystow'), ...args], {
      cwd: sandbox.home,
      env: sandbox.environment,
      stdio: 'ignore',
    });
    const [code, signal] = await once(child, 'exit');
    return { log: readFileSync(log, 'utf8'), end: signal ?? code };
  }

  function listCalls(log: string): readonly Call[] {
    const counts = new Map<string, number>();
    return log.split('\n').flatMap((line): Call[] => {
      const [, name] = /^([a-z]+)\(/.exec(line) ?? [];
      if (name === undefined) return [];
      const nth = (counts.get(name) ?? 0) + 1;
      counts.set(name, nth);
      // Standard output, and the pipes of children and of the event loop.
      const isFile = name !== 'write' || (!/^write\([0-2],/.test(line) && line.length > 40);
      return isFile && nth % (sampled[name] ?? 1) === 0 ? [{ name, nth }] : [];
    });
  }

  const read = (sandbox: Sandbox) =>
    Object.fromEntries(Object.keys(files).map((name) => [name, readFileSync(join(sandbox.home, name), 'utf8')]));

  async function expectToolsWork(sandbox: Sandbox, what: string): Promise<void> {
    const fill =
      'printf "protocol=https\\nhost=github.example\\nusername=alice\\n\\n" | GIT_TERMINAL_PROMPT=0 git credential fill';
    expect((await sandbox.begin(fill).end).stdout, `git, ${what}`).toContain(`password=${secret}\n`);
    const config = readFileSync(join(sandbox.home, '.docker/config.json'), 'utf8');
    // docker asks the helper if there is one, and reads its file otherwise.
    if (config.includes('"keystow"')) {
      const answer = (await sandbox.begin('printf ghcr.example | docker-credential-keystow get').end).stdout;
      expect(answer, `docker, ${what}`).toContain(other);
    } else expect(config, `docker, ${what}`).toBe(files['.docker/config.json']);
  }

  /** The next write removes what a killed process has left of keystow's own files. */
  const leftovers = (sandbox: Sandbox) =>
    readdirSync(sandbox.home, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.includes('.tmp-') && !name.startsWith('.config/keystow/'),
    );

  test.each([
    ['a move', ['sweep', '--move', '--yes'], ['sweep', '--undo', '--yes']],
    ['an undo', ['sweep', '--undo', '--yes'], ['sweep', '--move', '--yes']],
  ])(
    '[SWP13] at each change of a file by %s: the tools work, and the same again completes it',
    async (what, args, back) => {
      const isUndo = what === 'an undo';
      const prepare = (sandbox: Sandbox) => {
        if (isUndo) expect(sandbox.run(`keystow ${back.join(' ')}`).exit).toBe(0);
      };
      const whole = createHome();
      await prepare(whole);
      const { log, end } = await run(whole, args);
      expect(end).toBe(0);
      const calls = listCalls(log);
      for (const name of ['write', 'rename', 'mkdir']) expect(calls.some((call) => call.name === name)).toBe(true);
      whole.remove();

      let killed = 0;
      await inParallel(calls, async (call) => {
        const label = `${what} killed at ${call.name} ${call.nth}`;
        const sandbox = createHome();
        await prepare(sandbox);
        const { end } = await run(sandbox, args, call);
        if (end === 'SIGKILL') killed += 1;
        await expectToolsWork(sandbox, label);
        const again = await sandbox.begin(`keystow ${args.join(' ')}`).end;
        expect(again, label).toMatchObject({ exit: 0 });
        await expectToolsWork(sandbox, `${label}, and run again`);
        const grep = (await sandbox.begin(`grep -rlF -e ${secret} "$HOME"`).end).stdout;
        expect(grep !== '', label).toBe(isUndo);
        if (!isUndo) expect((await sandbox.begin(`keystow ${back.join(' ')}`).end).exit, label).toBe(0);
        expect(read(sandbox), label).toEqual(files);
        expect((await sandbox.begin('keystow list').end).stdout, label).toBe('');
        expect(leftovers(sandbox), label).toEqual([]);
        sandbox.remove();
      });
      process.stdout.write(`${what}: killed at ${killed} of ${calls.length} calls\n`);
      expect(killed).toBeGreaterThan(calls.length * 0.9);
    },
  );
});
