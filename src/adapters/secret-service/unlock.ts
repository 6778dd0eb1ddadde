import type { Evidence } from '../../domain/selection/probe-result.ts';
import { dismissMethod, isCollectionLocked, noObject, readLabel, showPrompt, unlock } from './calls.ts';
import { addMatch, removeMatch } from './dbus/bus-calls.ts';
import type { Signal } from './dbus/connection.ts';
import { busObject } from './dbus/header.ts';
import { BusError } from './dbus/reader.ts';
import type { Item } from './items/read-item.ts';
import { SecretServiceError } from './operation.ts';
import type { BusSession } from './session-pool.ts';
import type { Attempt } from './with-retries.ts';

/** KeePassXC shows an entry as locked, in an unlocked database, if it is set to ask before each access. */
export const asksEachTime: Evidence = {
  asksEachTime: true,
  text: 'KeePassXC asks before it lets a program read an entry',
};

/** Returns the default collection if there is one and it is locked. */
export async function findLockedCollection(attempt: Attempt): Promise<string | undefined> {
  const { session, collection } = attempt;
  if (collection === undefined || !(await isCollectionLocked(session, collection))) return undefined;
  if (session.provider !== 'kwallet' || !(await isWalletOpen(session, collection))) return collection;
  // KWallet reports an open wallet as locked, and its secrets as empty, until somebody calls Unlock. It then asks nobody.
  await completePrompt(attempt, await unlock(session, [collection]), true);
  return undefined;
}

/** Unlocks collections or items. Not interactive → `locked`, and nobody is asked. */
export async function unlockInteractively(
  attempt: Attempt,
  paths: readonly string[],
  evidence: Evidence = {},
): Promise<void> {
  if (!attempt.operation.interactive) throw new SecretServiceError('locked', evidence);
  await completePrompt(attempt, await unlock(attempt.session, paths));
}

/** Unlocks the items that are locked. */
export async function unlockItems(attempt: Attempt, items: readonly Item[]): Promise<Item[]> {
  const locked = items.filter((item) => item.locked).map(({ path }) => path);
  if (locked.length > 0)
    await unlockInteractively(attempt, locked, attempt.session.provider === 'keepassxc' ? asksEachTime : {});
  return items.map(({ path }) => ({ path, locked: false }));
}

/** Completes the prompt of a change. KeePassXC has one for every change, and completes it itself unless it is set to confirm deletions. */
export function completeChange(attempt: Attempt, prompt: string): Promise<string | undefined> {
  return completePrompt(attempt, prompt, attempt.session.provider === 'keepassxc');
}

/**
 * Shows a prompt and waits until it is completed. Returns the object path that it resulted in, if any. Not interactive
 * → dismisses the prompt and throws `locked`, unless the provider completes it without asking anybody (`asksNobody`).
 * Secret Service API, "Prompts and Prompting".
 */
async function completePrompt(attempt: Attempt, prompt: string, asksNobody = false): Promise<string | undefined> {
  if (prompt === noObject) return undefined;
  const { session, operation } = attempt;
  const dismiss = () => session.bus.callWithoutReply(dismissMethod(session, prompt));
  if (!operation.interactive && !asksNobody) {
    dismiss();
    throw new SecretServiceError('locked');
  }
  operation.cleanUp = dismiss;
  const completion = waitForCompletion(session, prompt);
  const { dismissed, result } = await (operation.interactive ? operation.waitForUser(completion) : completion);
  operation.cleanUp = undefined;
  if (dismissed) throw new SecretServiceError('locked', { dismissed: true, text: 'the prompt was dismissed' });
  return result;
}

interface Completion {
  readonly dismissed: boolean;
  readonly result: string | undefined;
}

async function waitForCompletion(session: BusSession, prompt: string): Promise<Completion> {
  const { bus, owner } = session;
  const rules = [
    "type='signal',interface='org.freedesktop.Secret.Prompt',member='Completed'",
    `type='signal',sender='${busObject.destination}',member='NameOwnerChanged',arg0='${owner}'`,
  ];
  const [completion] = await Promise.all([
    bus.waitForSignal((signal) => parseCompletion(signal, owner, prompt)),
    ...rules.map((rule) => addMatch(bus, rule)),
    showPrompt(session, prompt),
  ]);
  await Promise.all(rules.map((rule) => removeMatch(bus, rule)));
  return completion;
}

function parseCompletion(
  { member, sender, path, body }: Signal,
  owner: string,
  prompt: string,
): Completion | undefined {
  if (member === 'NameOwnerChanged' && sender === busObject.destination) {
    throw new BusError('org.freedesktop.DBus.Error.ServiceUnknown', 'the provider ended while it asked');
  }
  if (member !== 'Completed' || sender !== owner || path !== prompt) return undefined;
  const values = body('bv');
  const dismissed = values.readBoolean();
  const { type, value } = values.readVariant();
  return { dismissed, result: type === 'o' ? String(value) : undefined };
}

/** Asks KWallet's own interface whether the wallet that is the collection's label is open. */
async function isWalletOpen(session: BusSession, collection: string): Promise<boolean> {
  const wallet = await readLabel(session, collection);
  const answers = ['/modules/kwalletd5', '/modules/kwalletd6'].map((path) =>
    session.bus.call({
      destination: session.owner,
      path,
      interface: 'org.kde.KWallet',
      member: 'isOpen',
      signature: 's',
      write: (body) => body.writeString(wallet),
      replySignature: 'b',
      read: (reply) => reply.readBoolean(),
    }),
  );
  return (await Promise.allSettled(answers)).some((answer) => answer.status === 'fulfilled' && answer.value);
}
