import { difyctl } from '../profiles/difyctl.ts';
import { quickToken } from './commands/difyctl/print-token.ts';
import { main } from './main.ts';

/** All of difyctl, run where no token could be read at once. `waitedMs`: how long that was tried. */
export function runWhole(waitedMs: number): Promise<void> {
  return main({
    profile: difyctl,
    quick: [quickToken],
    program: async () => (await import('./programs/difyctl.ts')).difyctlProgram,
    waitedMs,
  });
}
