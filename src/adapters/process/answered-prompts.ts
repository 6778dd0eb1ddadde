import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AnsweredPrompts } from '../../ports/interaction.ts';
import { findProcessStart } from '../files/lock-holder.ts';
import { timers } from './timers.ts';

/** A process that asks again does so sooner. A process ID may be reused later. */
const memoryMs = 10 * 60_000;

const prefix = '.answered-';

/**
 * The answered prompts of the process that has started this one, as empty files beside the encrypted file. If they can't be written, nothing
 * is remembered.
 */
export function createAnsweredPrompts(credentialsPath: string): AnsweredPrompts {
  const folder = dirname(credentialsPath);
  const caller = `${process.ppid}-${findProcessStart(process.ppid)}`;
  const findMarker = (prompt: string) => join(folder, `${prefix}${caller}-${prompt}`);
  return {
    has: (prompt) => isRecent(findMarker(prompt)),
    add(prompt) {
      try {
        removeOldMarkers(folder);
        writeFileSync(findMarker(prompt), '', { mode: 0o600, flag: 'wx' });
      } catch {
        // Read-only, or another process was faster.
      }
    },
  };
}

function removeOldMarkers(folder: string): void {
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    if (file.startsWith(prefix) && !isRecent(path)) rmSync(path, { force: true });
  }
}

function isRecent(path: string): boolean {
  try {
    const ageMs = timers.dateNow() - statSync(path).mtimeMs;
    // A file system may round its times up.
    return ageMs > -1000 && ageMs < memoryMs;
  } catch {
    return false;
  }
}
