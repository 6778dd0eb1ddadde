import type { Evidence } from '../../domain/selection/probe-result.ts';
import { isCollectionLocked, noObject, readLabel, showPrompt, target, unlock } from './calls.ts';
import { addMatch, removeMatch } from './dbus/bus-calls.ts';
import { BusError } from './dbus/errors.ts';
import type { Message } from './dbus/message.ts';
import type { Value } from './dbus/value.ts';
import type { BusSession } from './session-pool.ts';
import { SecretServiceError } from './to-error.ts';
import type { Attempt } from './with-retries.ts';

/** KeePassXC shows an entry as locked, in a database that is not, where it is set to ask before each access. */
export const asksEachTime: Evidence = {
  asksEachTime: true,
  text: 'KeePassXC asks before it lets a program read an entry',
};

/** The default collection, where there is one and it is locked. */
export async function lockedCollection(attempt: Attempt): Promise<string | undefined> {
  const { session, collection } = attempt;
  if (collection === undefined || !(await isCollectionLocked(session, collection))) return undefined;
  if (session.provider !== 'kwallet' || !(await isWalletOpen(session, collection))) return collection;
  // KWallet calls an open wallet locked, and its secrets empty, until it is first told to unlock; then it asks nobody.
  await answerPrompt(attempt, await unlock(session, [collection]), true);
  return undefined;
}

/** Unlocks collections or items. Unattended → `locked`, without a question to anybody. */
export async function unlockInteractively(
  attempt: Attempt,
  paths: readonly string[],
  evidence: Evidence = {},
): Promise<void> {
  if (!attempt.operation.interactive) throw new SecretServiceError('locked', evidence);
  await answerPrompt(attempt, await unlock(attempt.session, paths));
}

/** KWallet's own word: `org.kde.KWallet.isOpen` of the wallet that labels the collection. */
async function isWalletOpen(session: BusSession, collection: string): Promise<boolean> {
  const values = [await readLabel(session, collection)];
  const answers = ['/modules/kwalletd5', '/modules/kwalletd6'].map(async (path) => {
    const to = { destination: session.owner, path, interface: 'org.kde.KWallet', member: 'isOpen' };
    return (await session.bus.call({ to, signature: 's', values, gives: 'b' }))[0] === true;
  });
  return (await Promise.allSettled(answers)).some(
    (answer) =>
      // Stryker disable next-line ConditionalExpression: a rejected answer has no value; only the compiler needs this
      answer.status === 'fulfilled' && answer.value,
  );
}

interface Completed {
  readonly dismissed: boolean;
  readonly result: Value;
}

/**
 * Has the prompt at `path` completed, where there is one. With nobody there it is only begun where the provider completes
 * it by itself (`asksNobody`); elsewhere it is taken back, and → `locked`. Secret Service API, "Prompts and Prompting".
 */
// Stryker disable next-line BooleanLiteral: callers omit it only when somebody is there, and then it isn't read
export async function answerPrompt(attempt: Attempt, path: string, asksNobody = false): Promise<Value | undefined> {
  if (path === noObject) return undefined;
  const { session, operation } = attempt;
  const dismiss = () => session.bus.tell({ to: target(session, path, 'Prompt', 'Dismiss') });
  if (!operation.interactive && !asksNobody) {
    dismiss();
    throw new SecretServiceError('locked');
  }
  operation.lastWord = dismiss;
  const answer = completion(attempt, path);
  const { dismissed, result } = await (operation.interactive ? operation.waitForUser(answer) : answer);
  operation.lastWord = undefined;
  if (dismissed) throw new SecretServiceError('locked', { dismissed: true, text: 'the prompt was dismissed' });
  return result;
}

/** KeePassXC has a prompt for each new item and each deletion; unlocked, and not set to confirm deletions, it asks nobody. */
export function answerChange(attempt: Attempt, path: string): Promise<Value | undefined> {
  return answerPrompt(attempt, path, attempt.session.provider === 'keepassxc');
}

async function completion({ session }: Attempt, path: string): Promise<Completed> {
  const { bus, owner } = session;
  const rules = [
    "type='signal',interface='org.freedesktop.Secret.Prompt',member='Completed'",
    `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${owner}'`,
  ];
  const [completed] = await Promise.all([
    bus.signal((signal) => completionOf(signal, owner, path)),
    ...rules.map((rule) => addMatch(bus, rule)),
    showPrompt(session, path),
  ]);
  await Promise.all(rules.map((rule) => removeMatch(bus, rule)));
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
