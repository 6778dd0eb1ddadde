import type * as fs from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { onTestFinished } from 'vitest';

type Call =
  | 'chmodSync'
  | 'fchmodSync'
  | 'fsync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'renameSync'
  | 'rmSync'
  | 'statSync';
type Refusal = (...args: readonly unknown[]) => string | undefined;

const watched: readonly Call[] = [
  'chmodSync',
  'fchmodSync',
  'fsync',
  'lstatSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'statSync',
];
const refusals = new Map<Call, Refusal>();
let heard: (readonly [Call, ...unknown[]])[] = [];

/** `node:fs`, of which a test hears, and in which it may have the system refuse a call. For `vi.mock`. */
export function watchedDisk(real: typeof fs): typeof fs {
  const calls = watched.map((call) => {
    const own = real[call] as (...args: unknown[]) => unknown;
    const watching = (...args: unknown[]) => {
      heard.push([call, ...args]);
      const code = refusals.get(call)?.(...args);
      if (code === undefined) return own(...args);
      const error = systemError(code, call.replace('Sync', ''));
      const done = args.at(-1);
      if (call !== 'fsync' || typeof done !== 'function') throw error;
      return void setImmediate(() => done(error));
    };
    return [call, watching];
  });
  return { ...real, ...Object.fromEntries(calls) };
}

/** Until the test ends, the system refuses the call as `code` has it, or as `refusal` says for its arguments. */
export function refuse(call: Call, code: string | Refusal): void {
  refusals.set(call, typeof code === 'string' ? () => code : code);
  onTestFinished(() => void refusals.delete(call));
}

/** What is called from now on, in order. */
export function listen(): readonly (readonly [Call, ...unknown[]])[] {
  heard = [];
  return heard;
}

/** An error as Node makes it of what the system says, with its words for it. */
export function systemError(code: string, call: string): NodeJS.ErrnoException {
  // libuv has no name for a full quota.
  if (code === 'EDQUOT') {
    const errno = -constants.errno.EDQUOT;
    const unknown = `Unknown system error ${errno}`;
    return Object.assign(new Error(`${unknown}: ${unknown}, ${call}`), { code: unknown, errno, syscall: call });
  }
  const [errno, [, words]] = [...getSystemErrorMap()].find(([, [name]]) => name === code) ?? [0, [code, code]];
  return Object.assign(new Error(`${code}: ${words}, ${call}`), { code, errno, syscall: call });
}
