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
  /** What the store has for {@link name}; empty where there is none. */
  readText(): Promise<string>;
}

/** A store on a bus of its own, over a provider that does what a test has it do. */
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
