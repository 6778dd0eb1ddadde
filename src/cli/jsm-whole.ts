import { jsm } from '../profiles/jsm.ts';
import { quickToken } from './commands/jsm/print-token.ts';
import { main } from './main.ts';

/** All of jsm, run where no token could be read at once. `waitedMs`: how long that was tried. */
export function runWhole(waitedMs: number): Promise<void> {
  return main({
    profile: jsm,
    quick: [quickToken],
    program: async () => (await import('./programs/jsm.ts')).jsmProgram,
    waitedMs,
  });
}
