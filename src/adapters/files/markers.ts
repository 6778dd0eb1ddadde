import { closeSync, constants, existsSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { StoreId } from '../../domain/store-id.ts';
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

/** Remembers across processes that an application's item takes the place of an older one, which is still there. */
export interface Takeovers {
  begin(name: CredentialName): void;
  /** Whether one has begun, and not ended. */
  isPending(name: CredentialName): boolean;
  end(name: CredentialName): void;
}

/** Remembers in empty files beside the placement file, whose names don't tell the credential. In a read-only folder, in none. */
export function createTakeovers(placementPath: string, store: StoreId): Takeovers {
  const toPath = ({ service, account }: CredentialName) => {
    // Not imported: a read doesn't need it.
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(`${service}\0${account}`);
    return join(dirname(placementPath), `.takeover-${store}-${hash.digest('hex').slice(0, 16)}`);
  };
  return {
    begin: (name) => ignoreErrors(() => closeSync(openSync(toPath(name), 'wx', 0o600))),
    isPending: (name) => existsSync(toPath(name)),
    end: (name) => ignoreErrors(() => unlinkSync(toPath(name))),
  };
}

/** The folder can't be written to, or another process was faster. */
function ignoreErrors(work: () => void): void {
  try {
    work();
  } catch {}
}
