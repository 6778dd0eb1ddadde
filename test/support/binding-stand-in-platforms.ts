import type { FoundCredential } from '../../src/adapters/native/binding.ts';

/** What an entry is made with. */
export interface EntryName {
  readonly service: string;
  readonly user: string;
  /** Given where it is not made of the two. */
  readonly target?: string;
}

/** An item as the platform keeps it. */
export interface StoredItem extends EntryName {
  readonly secret: Uint8Array;
}

/** What the binding does with names and secrets on one platform. */
export interface PlatformStandIn {
  /** What the platform tells items apart by. */
  key(name: EntryName): string;
  /** The words with which an entry of this name cannot be made. */
  refuseName(name: EntryName): string | undefined;
  /** The words with which a secret cannot be written. */
  refuseSecret(item: StoredItem): string | undefined;
  /** Throws the words with which nothing is found. */
  find(items: Iterable<StoredItem>, service: string, target: string | undefined): FoundCredential[];
}

/** Windows, as it was measured under Wine: the texts are the binding's. */
export const windowsStandIn: PlatformStandIn = {
  key: (name) => folded(targetOf(name)),
  refuseName(name) {
    if (Buffer.byteLength(name.user) > 513) return tooLong('user', 513);
    return Buffer.byteLength(targetOf(name)) > 32_767 ? tooLong('target', 32_767) : undefined;
  },
  refuseSecret(item) {
    if (item.secret.length > 2560) return tooLong('secret', 2560);
    return isBeyondWine(targetOf(item)) ? 'No matching credential found' : undefined;
  },
  find(items, service, target = `*.${service}`) {
    const pattern = folded(target);
    const found = [...items].filter((item) => isMatch(folded(targetOf(item)), pattern));
    return found.map(({ user, secret }) => ({ account: user, password: fromUtf16(secret) }));
  },
};

/** macOS, by the sources of the binding and of apple-native-keyring-store. */
export const macStandIn: PlatformStandIn = {
  key: ({ service, user }) => JSON.stringify([service, user]),
  refuseName({ service, user, target }) {
    if (target !== undefined) return `Attribute target is invalid: ${target}`;
    if (service === '') return 'Attribute service is invalid: cannot be empty';
    return user === '' ? 'Attribute user is invalid: cannot be empty' : undefined;
  },
  refuseSecret: () => undefined,
  find(items, service) {
    const found = [...items].filter((item) => item.service === service);
    return found.map(({ user, secret }) => ({ account: user, password: Buffer.from(secret).toString() }));
  },
};

function targetOf({ service, user, target = `${user}.${service}` }: EntryName): string {
  return target;
}

function tooLong(what: string, limit: number): string {
  return `Value of '${what}' is longer than the platform limit of ${limit} chars`;
}

/** Wine keeps a target in the name of a registry key; Windows takes it. */
function isBeyondWine(target: string): boolean {
  return target.length > 247;
}

/** Upper case unit by unit, as Windows compares. */
function folded(text: string): string {
  const upper = (unit: string) => (unit.toUpperCase().length === 1 ? unit.toUpperCase() : unit);
  return text.split('').map(upper).join('');
}

function isMatch(target: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return target.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? target.endsWith(pattern.slice(1)) : target === pattern;
}

function fromUtf16(secret: Uint8Array): string {
  if (secret.length % 2 !== 0) throw new Error('Not a valid utf16 blob');
  const text = Buffer.from(secret).toString('utf16le');
  if (/\p{Surrogate}/u.test(text)) throw new Error('invalid utf-16: lone surrogate found');
  return text;
}
