import { type SessionBus, startSessionBus } from '../support/session-bus.ts';
import type { Answer } from './bus-peer.ts';
import { FakeProvider, type FakeProviderOptions } from './fake-provider.ts';

/** The ways in which a Secret Service fails those who use it. */
export const secretServiceFaults = {
  /** Locked; whoever is asked to unlock it does not answer, until {@link FakeProvider.answer} does. */
  locked: () => ({ locked: true, user: 'nothing' }),
  /** Locked; the prompt is dismissed at once, as by a provider without a display. */
  dismisses: () => ({ locked: true, user: 'dismisses' }),
  /** Takes every call and answers none. */
  neverAnswers: () => ({ misbehaves: () => 'silence' }),
  /** Answers every call as it should, and late. */
  answersLate: (lateMs = 5_000) => ({ lateMs }),
  /** Ends as the `count`th call comes in. The first two open a session and ask for the default collection. */
  vanishes: (count = 3) => ({ misbehaves: (seen) => (seen === count ? 'end' : undefined) }),
  /** Has no default collection, as KeePassXC until a group is exposed, or gnome-keyring before the first sign-in. */
  hasNoDefaultCollection: () => ({ instead: { ReadAlias: () => ({ signature: 'o', values: ['/'] }) } }),
  /** Gives every secret back as `another secret`. */
  returnsAnotherSecret: () => ({ instead: { GetSecret: () => anotherSecret } }),
  /** Answers the `count`th call with an error, and all others as it should. */
  fails: (count = 1, errorName = 'org.freedesktop.DBus.Error.Failed') => ({
    misbehaves: (seen) => (seen === count ? failure(errorName) : undefined),
  }),
} as const satisfies Record<string, (...args: never[]) => FakeProviderOptions>;

/** A Secret Service, with a private session bus that it alone is on. */
export interface StartedSecretService {
  readonly provider: FakeProvider;
  readonly bus: SessionBus;
  /** What a program has in its environment to use it, and nothing else of this machine's session. */
  readonly environment: SessionBus['environment'];
  stop(): Promise<void>;
}

/**
 * Starts a Secret Service that has a fault of {@link secretServiceFaults}, or any that `options` describe. It is served
 * by this process: a program under test is to be waited for asynchronously.
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

const text = new TextEncoder().encode('another secret');
const anotherSecret: Answer = { signature: '(oayays)', values: [['/', new Uint8Array(), text, 'text/plain']] };

function failure(errorName: string): Answer {
  return { errorName, signature: 's', values: ['it was told to fail'] };
}
