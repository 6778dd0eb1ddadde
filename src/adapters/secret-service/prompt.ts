import { unwatch, watchFor } from './bus-calls.ts';
import { Fault } from './fault.ts';
import { prompt } from './further-calls.ts';
import { noObject, target } from './service-calls.ts';
import type { Visit } from './visit.ts';
import { BusError } from './wire/connection.ts';
import type { Message } from './wire/message.ts';
import type { Value } from './wire/value.ts';

interface Completed {
  readonly dismissed: boolean;
  readonly result: Value;
}

/**
 * Has the prompt at `path` completed, where there is one. With nobody there it is only begun where the provider completes
 * it by itself (`asksNobody`); elsewhere it is taken back, and → `locked`. Secret Service API, "Prompts and Prompting".
 */
// Stryker disable next-line BooleanLiteral: callers omit it only when somebody is there, and then it isn't read
export async function answerPrompt(visit: Visit, path: string, asksNobody = false): Promise<Value | undefined> {
  if (path === noObject) return undefined;
  const { session, operation } = visit;
  const dismiss = () => session.bus.tell({ to: target(session, path, 'Prompt', 'Dismiss') });
  if (!operation.interactive && !asksNobody) {
    dismiss();
    throw new Fault('locked');
  }
  operation.lastWord = dismiss;
  const answer = completion(visit, path);
  const { dismissed, result } = await (operation.interactive ? operation.waitForUser(answer) : answer);
  operation.lastWord = undefined;
  if (dismissed) throw new Fault('locked', { dismissed: true, text: 'the prompt was dismissed' });
  return result;
}

/** KeePassXC has a prompt for each new item and each deletion; unlocked, and not set to confirm deletions, it asks nobody. */
export function answerChange(visit: Visit, path: string): Promise<Value | undefined> {
  return answerPrompt(visit, path, visit.session.provider === 'keepassxc');
}

async function completion({ session }: Visit, path: string): Promise<Completed> {
  const { bus, owner } = session;
  const rules = [
    "type='signal',interface='org.freedesktop.Secret.Prompt',member='Completed'",
    `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${owner}'`,
  ];
  const [completed] = await Promise.all([
    bus.signal((signal) => completionOf(signal, owner, path)),
    ...rules.map((rule) => watchFor(bus, rule)),
    prompt(session, path),
  ]);
  await Promise.all(rules.map((rule) => unwatch(bus, rule)));
  return completed;
}

function completionOf({ fields, body }: Message, owner: string, path: string): Completed | undefined {
  if (fields.member === 'NameOwnerChanged' && fields.sender === 'org.freedesktop.DBus') {
    throw new BusError('org.freedesktop.DBus.Error.ServiceUnknown', 'the provider ended while it asked');
  }
  if (fields.member !== 'Completed' || fields.sender !== owner || fields.path !== path) return undefined;
  const [dismissed, variant] = body('bv') as [boolean, [string, Value]];
  return { dismissed, result: variant[1] };
}
