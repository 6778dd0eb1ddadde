import { quoteForShell } from '../../text/quote.ts';
import { type Executable, type FileChange, joinPath, type Machine, type SetupInput } from '../setup-tool.ts';

const firstLines = '#!/bin/sh\n# Written by keystow setup.\n';

/**
 * A script that runs one of our executables, for a client that takes no arguments or looks in a folder of its own. A link
 * would end when the executable moves, and can have no arguments. `prefix`: printed first.
 */
export function formatLauncher({ path }: Executable, args: readonly string[], { prefix = '' } = {}): string {
  const print = prefix === '' ? '' : `printf %s ${quoteForShell(prefix)}\n`;
  return `${firstLines}${print}exec ${[path, ...args].map(quoteForShell).join(' ')} "$@"\n`;
}

/** The folder of the scripts that keystow writes. */
export function findLauncherFolder(machine: Machine): string {
  return joinPath(machine, machine.folder, 'bin');
}

/** The change that writes a script, unless it's there. Another program at its place stays. */
export function planLauncher(files: SetupInput['files'], path: string, text: string): readonly FileChange[] {
  const current = files.get(path);
  const isOurs = current === undefined || current.startsWith(firstLines);
  return isOurs && current !== text ? [{ kind: 'script', path, text }] : [];
}
