import { CredentialError } from '../../domain/credential-error.ts';
import type { PlacementRepository } from '../../ports/placement-repository.ts';
import type { KeptFile } from '../files/file-errors.ts';
import { parseFile, rememberedOf, unknown } from './parse-file.ts';

export interface PlacementFileOptions {
  /** Absolute. Its folder is created when something is first recorded. */
  readonly path: string;
}

/** Keeps the record as JSON, mode 0600, beside the encrypted file: names of credentials, and never a secret. */
export function createPlacementFile({ path }: PlacementFileOptions): PlacementRepository {
  const file: KeptFile = { path, what: 'placement file' };
  let loaded: Promise<PlacementRepository['update']> | undefined;
  const loadUpdate = async () => (await import('./update-file.ts')).createUpdate(file);

  return {
    async read() {
      try {
        return rememberedOf(await parseFile(file));
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        return unknown(`cannot be used: ${error.message}`);
      }
    },

    async update(change) {
      loaded ??= loadUpdate();
      await (await loaded)(change);
    },
  };
}
