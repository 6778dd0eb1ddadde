import type { TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test or a suite is skipped. */
    skipped?: string;
  }
}

/** Options that skip a test or a suite unless the condition holds. The tally prints what it needs. */
export function needs(holds: boolean, what: string): TestOptions {
  return holds ? {} : { skip: true, meta: { skipped: `needs ${what}` } };
}

export const needsPosix = needs(process.platform !== 'win32', 'a POSIX system');
export const needsLinux = needs(process.platform === 'linux', 'Linux');
export const needsRoot = needs(process.geteuid?.() === 0, 'root');
