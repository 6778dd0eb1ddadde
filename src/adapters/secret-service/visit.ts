import type { AttributeSchema } from '../../domain/profile.ts';
import { Fault, type FaultCode } from './fault.ts';
import type { Operation } from './operation.ts';
import { noObject } from './service-calls.ts';
import type { Session } from './session.ts';
import type { SessionKeeper } from './session-keeper.ts';
import { isLost, isRace, toFault } from './to-error.ts';

/** One try of an operation at the provider. */
export interface Visit {
  readonly session: Session;
  /** The default collection; `undefined` where there is none. */
  readonly collection: string | undefined;
  readonly operation: Operation;
  readonly layout: AttributeSchema;
}

/** What the tries of an operation have in common. */
export interface Visiting extends Pick<Visit, 'operation' | 'layout'> {
  readonly sessions: SessionKeeper;
}

/** Each waits a millisecond longer than the one before, so that clients that meet once do not meet again and again. */
const maxRetries = 10;

/** Does `work`, again from the start where another client or a restart of the provider came between. */
export async function visit<T>(visiting: Visiting, work: (visit: Visit) => Promise<T>): Promise<T> {
  let met: Fault | undefined;
  for (let retries = 0; ; retries += 1) {
    try {
      return await visitOnce(visiting, work);
    } catch (error) {
      if (retries === maxRetries || !(isRace(error) || isLost(error))) throw met ? ended(error, met) : error;
      met = toFault(error);
      await new Promise((resolve) => setTimeout(resolve, retries));
    }
  }
}

async function visitOnce<T>({ sessions, operation, layout }: Visiting, work: (visit: Visit) => Promise<T>) {
  const { session, alias } = await sessions.take(operation);
  try {
    const result = await work({ session, collection: alias === noObject ? undefined : alias, operation, layout });
    await session.path;
    sessions.giveBack(session);
    return result;
  } catch (error) {
    if (isRace(error)) sessions.giveBack(session);
    else session.bus.end();
    throw toFault(error, session.provider);
  }
}

/** What there is no more, and was there a moment ago, is no store that this machine does not have. */
function ended(error: unknown, met: Fault): unknown {
  const gone: readonly FaultCode[] = ['not-running', 'not-installed', 'no-session-bus'];
  if (!(error instanceof Fault) || !gone.includes(error.code)) return error;
  const { provider } = met.evidence;
  return new Fault('not-running', { ...(provider && { provider }), text: 'it ended while it was asked' }, error);
}
