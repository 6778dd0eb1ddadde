import { closeSync, existsSync, openSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { StoreId } from '../../domain/store-id.ts';

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
