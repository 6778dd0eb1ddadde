import type * as fs from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { onTestFinished } from 'vitest';

export type Call =
  | 'chmodSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fsync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'rmSync'
  | 'statSync'
  | 'statfsSync'
  | 'unlinkSync'
  | 'writeFileSync';
type Failure = (...args: readonly unknown[]) => string | undefined;

export const watched: readonly Call[] = [
  'chmodSync',
  'fchmodSync',
  'fchownSync',
  'fsync',
  'lstatSync',
  'mkdirSync',
  'openSync',
  'readdirSync',
  'readFileSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
  'statSync',
  'statfsSync',
  'unlinkSync',
  'writeFileSync',
];
const failures = new Map<Call, Failure>();
const results = new Map<Call, (path: unknown) => unknown>();
let recorded: (readonly [Call, ...unknown[]])[] = [];

/** `node:fs` with calls that a test can record and make fail. For `vi.mock`. */
export function watchedDisk(real: typeof fs): typeof fs {
  const calls = watched.map((call) => {
    const own = real[call] as (...args: unknown[]) => unknown;
    const watching = (...args: unknown[]) => {
      recorded.push([call, ...args]);
      const code = failures.get(call)?.(...args);
      const result = results.get(call)?.(args[0]);
      if (code === undefined) return result ?? own(...args);
      const error = systemError(code, call.replace('Sync', ''));
      const done = args.at(-1);
      if (call !== 'fsync' || typeof done !== 'function') throw error;
      return void setImmediate(() => done(error));
    };
    return [call, watching];
  });
  return { ...real, ...Object.fromEntries(calls) };
}

/** Makes a call fail until the test ends: with a code, or with the one that a function returns for its arguments. */
export function failCall(call: Call, code: string | Failure): void {
  failures.set(call, typeof code === 'string' ? () => code : code);
  onTestFinished(() => void failures.delete(call));
}

/** Makes a call return what a function returns for its path, if anything, until the test ends. */
export function fakeCall(call: Call, result: (path: unknown) => unknown): void {
  results.set(call, result);
  onTestFinished(() => void results.delete(call));
}

/** Makes the system's own files have another content until the test ends. */
export function fakeFiles(texts: Readonly<Record<string, string>>): void {
  fakeCall('readFileSync', (path) => texts[`${path}`]);
}

/** Returns a list to which every later call is added. */
export function recordCalls(): readonly (readonly [Call, ...unknown[]])[] {
  recorded = [];
  return recorded;
}

/** Returns the error that Node throws for a system error. */
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
