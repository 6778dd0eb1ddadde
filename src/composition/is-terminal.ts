import { fstatSync } from 'node:fs';

/**
 * Whether a descriptor is a terminal, without making a stream of it: `process.stdin.isTTY` takes 4 ms. On Windows a
 * console has no state to look at.
 */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    if (process.platform !== 'win32' && !fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}
