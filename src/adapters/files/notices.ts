import { closeSync, constants, openSync, readdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NoticeMemory } from '../../ports/interaction.ts';
import { errnoCode } from './file-errors.ts';

/** Returns `true` once for each marker, or every time if it can't be created. */
export function isFirstNotice(marker: string): boolean {
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
    closeSync(openSync(marker, flags, 0o600));
    return true;
  } catch (error) {
    return errnoCode(error) !== 'EEXIST';
  }
}

const fallbackMarker = '.fallback-noticed-';

/** Empty files beside the encrypted file, each with a cause in its name. */
export function createNoticeMemory(credentialsPath: string): NoticeMemory {
  const folder = dirname(credentialsPath);
  return {
    isFirst: (cause) => isFirstNotice(join(folder, `${fallbackMarker}${cause}`)),
    forget() {
      try {
        for (const file of readdirSync(folder)) if (file.startsWith(fallbackMarker)) unlinkSync(join(folder, file));
      } catch {
        // The folder is absent or not writable, or another process was faster: then the cause isn't explained again.
      }
    },
  };
}
