import type { Evidence } from '../../domain/selection/probe-result.ts';
import { Fault } from './fault.ts';
import { isCollectionLocked, labelOf, unlock } from './further-calls.ts';
import { answerPrompt } from './prompt.ts';
import type { Session } from './session.ts';
import type { Visit } from './visit.ts';

/** KeePassXC shows an entry as locked, in a database that is not, where it is set to ask before each access. */
export const asksEachTime: Evidence = {
  asksEachTime: true,
  text: 'KeePassXC asks before it lets a program read an entry',
};

/** The default collection, where there is one and it is locked. */
export async function lockedCollection(visit: Visit): Promise<string | undefined> {
  const { session, collection } = visit;
  if (collection === undefined || !(await isCollectionLocked(session, collection))) return undefined;
  if (session.provider !== 'kwallet' || !(await isWalletOpen(session, collection))) return collection;
  // KWallet calls an open wallet locked, and its secrets empty, until it is first told to unlock; then it asks nobody.
  await answerPrompt(visit, await unlock(session, [collection]), true);
  return undefined;
}

/** Unlocks collections or items. Unattended → `locked`, without a question to anybody. */
export async function unlockAttended(visit: Visit, paths: readonly string[], evidence: Evidence = {}): Promise<void> {
  if (!visit.operation.interactive) throw new Fault('locked', evidence);
  await answerPrompt(visit, await unlock(visit.session, paths));
}

/** KWallet's own word: `org.kde.KWallet.isOpen` of the wallet that labels the collection. */
async function isWalletOpen(session: Session, collection: string): Promise<boolean> {
  const values = [await labelOf(session, collection)];
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
