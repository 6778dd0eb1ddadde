import { spawn } from 'node:child_process';
import { parse } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import type { ToolRunner } from '../../ports/system.ts';
import { timers } from './timers.ts';

const limitMs = 30_000;
const maxBytes = 1024 * 1024;

/** The implementation of {@link ToolRunner}. stderr is discarded: it may contain what the program was asked for. */
export const runTool: ToolRunner = ({ program, args, input, variables }, { signal } = {}) =>
  new Promise((resolve, reject) => {
    // Our own scripts aren't executable in a clone.
    const isScript = /\.[cm]?js$/.test(program);
    const child = spawn(isScript ? process.execPath : program, isScript ? [program, ...args] : args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...variables },
      // Not in a project, whose own settings would count.
      cwd: parse(process.execPath).root,
      detached: process.platform !== 'win32',
    });
    const chunks: Buffer[] = [];
    let length = 0;
    const kill = () => {
      try {
        // With the helpers that it has started.
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {}
    };
    const timer = timers.setTimeout(kill, limitMs);
    const onAbort = () => {
      kill();
      reject(new CredentialError('cancelled', 'cancelled'));
    };
    const finish = (result: Awaited<ReturnType<ToolRunner>>) => {
      timers.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(result);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    child.on('error', () => finish(undefined));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) kill();
      else chunks.push(chunk);
    });
    child.on('close', (code) =>
      finish(
        code === null || length > maxBytes ? undefined : { exitCode: code, stdout: Buffer.concat(chunks).toString() },
      ),
    );
  });
