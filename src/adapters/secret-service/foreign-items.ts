import { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { ForeignItems } from '../../ports/transfer.ts';
import * as calls from './calls.ts';
import { searchAll } from './items/change-items.ts';
import { inBatches } from './items/matches.ts';
import { searchItems } from './items/read-item.ts';
import { SecretServiceReader } from './secret-service-reader.ts';
import { findLockedCollection, unlockInteractively, unlockItems } from './unlock.ts';

/** Reads items of other programs. Never changes one. */
export class SecretServiceItems extends SecretServiceReader implements ForeignItems {
  search(
    attributes: Readonly<Record<string, string>>,
    isWanted: (attributes: Readonly<Record<string, string>>) => boolean,
    options?: OperationOptions,
  ): ReturnType<ForeignItems['search']> {
    return this.operate(options, async (attempt) => {
      // A locked collection may not find what it has.
      const collection = await findLockedCollection(attempt);
      if (collection !== undefined) await unlockInteractively(attempt, [collection]);
      const isAll = Object.keys(attributes).length === 0;
      const items = await (isAll ? searchAll(attempt) : searchItems(attempt, attributes));
      const described = await inBatches(items, async (item) => ({
        ...item,
        attributes: await calls.readAttributes(attempt.session, item.path),
      }));
      const wanted = described.filter((item) => isWanted(item.attributes));
      await unlockItems(attempt, wanted);
      const session = await attempt.session.path;
      return inBatches(wanted, async (item) => ({
        attributes: item.attributes,
        secret: new Secret(await calls.getSecret(attempt.session, item.path, session)),
      }));
    });
  }
}
