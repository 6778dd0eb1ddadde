import { type SessionBus, startSessionBus } from '../support/session-bus.ts';
import type { Answer } from './bus-peer.ts';
import { FakeProvider, type FakeProviderOptions } from './fake-provider.ts';

/** The faults that a Secret Service can have. */
export const secretServiceFaults = {
  /** Locked. The prompt stays open until {@link FakeProvider.answer} is called. */
  locked: () => ({ locked: true, user: 'nothing' }),
  /** Locked. The prompt is dismissed immediately, as by a provider without a display. */
  dismisses: () => ({ locked: true, user: 'dismisses' }),
  /** Never answers a call. */
  neverAnswers: () => ({ misbehaves: () => 'silence' }),
  /** Answers every call correctly, but late. */
  answersLate: (lateMs = 5_000) => ({ lateMs }),
  /** Ends when it receives the `count`th call. The first two open a session and read the default collection. */
  vanishes: (count = 3) => ({ misbehaves: (seen) => (seen === count ? 'end' : undefined) }),
  /** Has no default collection, like KeePassXC without an exposed group, or gnome-keyring before the first sign-in. */
  hasNoDefaultCollection: () => ({ instead: { ReadAlias: () => ({ signature: 'o', values: ['/'] }) } }),
  /** Returns `another secret` instead of every secret. */
  returnsAnotherSecret: () => ({ instead: { GetSecret: () => anotherSecret } }),
  /** Answers the `count`th call with an error, and all others correctly. */
  fails: (count = 1, errorName = 'org.freedesktop.DBus.Error.Failed') => ({
    misbehaves: (seen) => (seen === count ? failure(errorName) : undefined),
  }),
} as const satisfies Record<string, (...args: never[]) => FakeProviderOptions>;

/** A Secret Service on its own session bus. */
export interface StartedSecretService {
  readonly provider: FakeProvider;
  readonly bus: SessionBus;
  /** The complete environment of a program that uses it, without the session of this machine. */
  readonly environment: SessionBus['environment'];
  stop(): Promise<void>;
}

/**
 * Starts a Secret Service with a fault of {@link secretServiceFaults}, or with any other `options`. It runs in this process,
 * so wait for a program under test asynchronously.
 */
export async function startSecretService(options: FakeProviderOptions = {}): Promise<StartedSecretService> {
  const bus = await startSessionBus();
  const provider = await FakeProvider.start(bus, options);
  return {
    provider,
    bus,
    environment: bus.environment,
    async stop() {
      await provider.stop();
      await bus.stop();
    },
  };
}

const text = new Uint8Array(Buffer.from('another secret'));
const anotherSecret: Answer = { signature: '(oayays)', values: [['/', new Uint8Array(), text, 'text/plain']] };

function failure(errorName: string): Answer {
  return { errorName, signature: 's', values: ['it was told to fail'] };
}
