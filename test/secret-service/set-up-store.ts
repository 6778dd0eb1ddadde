import type { SecretService, SecretServiceOptions } from '../../src/adapters/secret-service/secret-service.ts';
import type { FakeProvider, FakeProviderOptions } from '../faults/fake-provider.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { fakeProvider, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

export const name = { service: 'demo', account: 'alice' };
/** The attributes of an item that keystow writes for {@link name}. */
export const exactAttributes = { service: 'demo', username: 'alice' };

export interface StoreSetup {
  readonly bus: SessionBus;
  readonly provider: FakeProvider;
  readonly store: SecretService;
  /** Returns the secret of {@link name}, or an empty string. */
  readText(): Promise<string>;
}

/** Opens a store over a fake provider on a new bus. */
export async function setUpStore(
  options: FakeProviderOptions = {},
  storeOptions: Partial<SecretServiceOptions> = {},
): Promise<StoreSetup> {
  const bus = await sessionBus();
  const provider = await fakeProvider(bus, options);
  const store = storeOn(bus.environment, storeOptions);
  return {
    bus,
    provider,
    store,
    readText: async () => Buffer.from((await store.get(name))?.expose() ?? []).toString(),
  };
}
