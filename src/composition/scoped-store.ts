import type { Takeovers } from '../adapters/files/markers.ts';
import {
  type CredentialName,
  compareNames,
  isSameName,
  sortUniqueNames,
  toCredentialName,
} from '../domain/credential-name.ts';
import type { CredentialStore, OperationOptions } from '../ports/credential-store.ts';
import type { PlacementRepository } from '../ports/placement-repository.ts';
import type { Keyring } from './circuit-breaker.ts';

export interface ScopeOptions {
  /** Opens the same store without the application's mark, as version 0.1 and other programs use it. */
  openShared(): Promise<CredentialStore>;
  readonly placement: Pick<PlacementRepository, 'read'>;
  readonly takeovers: Takeovers;
  /** Whether a read may return another program's item if the application has none. */
  readonly readsOthers: boolean;
}

/**
 * Limits a store to an application's own credentials. `own` marks what it writes, and finds nothing else.
 *
 * What the application stored before there was a mark still counts as its own: the placement file records it, and `own`
 * doesn't have it. The next write stores it with the mark, and removes the old item. If the process ends in between, the
 * write or removal after that removes it.
 */
export function limitToApplication(
  own: Keyring,
  { openShared, placement, takeovers, readsOthers }: ScopeOptions,
): Keyring {
  const findRecorded = async (name?: CredentialName) =>
    (await placement.read(name)).placement.filter(({ store, stale }) => store === own.id || stale.includes(own.id));
  const isRecorded = async (name: CredentialName) =>
    (await findRecorded(name)).some((entry) => isSameName(entry, name));
  const readOther = async (name: CredentialName, options: OperationOptions) =>
    (await openShared()).get(name, { ...options, onForeignItem: () => undefined });

  return {
    id: own.id,
    listing: own.listing,
    async get(name, { onForeignItem, ...options } = {}) {
      const secret = await own.get(name, options);
      if (secret !== undefined) return secret;
      const earlier = (await isRecorded(name)) ? await (await openShared()).get(name, options) : undefined;
      if (earlier !== undefined || !readsOthers || onForeignItem === undefined) return earlier;
      const other = await readOther(name, options);
      if (other !== undefined) onForeignItem();
      return other;
    },
    async set(name, secret, options) {
      const isUnmarked = (await isRecorded(name)) && (await own.get(name, options)) === undefined;
      if (isUnmarked) takeovers.begin(name);
      await own.set(name, secret, options);
      if (!isUnmarked && !takeovers.isPending(name)) return;
      if (await (await openShared()).delete(name, options)) options?.onReplaced?.();
      takeovers.end(name);
    },
    async delete(name, { onForeignItem, ...options } = {}) {
      let isRemoved = await own.delete(name, options);
      const isPending = takeovers.isPending(name);
      if (isPending || (!isRemoved && (await isRecorded(name)))) {
        if (await (await openShared()).delete(name, options)) isRemoved = true;
        if (isPending) takeovers.end(name);
      }
      if (readsOthers && onForeignItem && (await readOther(name, options)) !== undefined) onForeignItem();
      return isRemoved;
    },
    async list(service, options) {
      const listed = await own.list(service, options);
      const unmarked = (await findRecorded()).filter(
        (entry) =>
          (service === undefined || entry.service === service) && !listed.some((name) => isSameName(name, entry)),
      );
      if (unmarked.length === 0) return listed;
      const shared = await openShared();
      const found: CredentialName[] = [];
      for (const each of new Set(unmarked.map((entry) => entry.service)))
        found.push(...(await shared.list(each, options)));
      const earlier = found.filter((name) => unmarked.some((entry) => isSameName(entry, name)));
      return sortUniqueNames([...listed, ...earlier]);
    },
    probe: (options) => own.probe(options),
    close: () => own.close(),
  };
}

/**
 * Marks an application's credentials in a store that has no attributes, by a prefix of the service: `acme/github.com`. The
 * names in `unmarked` have none.
 */
export function withServicePrefix(store: Keyring, application: string, unmarked: readonly CredentialName[]): Keyring {
  const prefix = `${application}/`;
  const isUnmarked = (name: CredentialName) => unmarked.some((other) => isSameName(other, name));
  const mark = (name: CredentialName): CredentialName => {
    const { service, account } = toCredentialName(name.service, name.account);
    return isUnmarked(name) ? { service, account } : { service: `${prefix}${service}`, account };
  };
  const unmark = ({ service, account }: CredentialName): readonly CredentialName[] => {
    if (isUnmarked({ service, account })) return [{ service, account }];
    return service.startsWith(prefix) ? [{ service: service.slice(prefix.length), account }] : [];
  };
  return {
    id: store.id,
    listing: store.listing,
    get: async (name, options) => store.get(mark(name), options),
    set: async (name, secret, options) => store.set(mark(name), secret, options),
    delete: async (name, options) => store.delete(mark(name), options),
    async list(service, options) {
      if (service !== undefined) toCredentialName(service, service);
      const isByService = store.listing === 'by-service' && service !== undefined;
      const listed = await store.list(isByService ? `${prefix}${service}` : undefined, options);
      return listed
        .flatMap(unmark)
        .filter((name) => service === undefined || name.service === service)
        .sort(compareNames);
    },
    probe: (options) => store.probe(options),
    close: () => store.close(),
  };
}
