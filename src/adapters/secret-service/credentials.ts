import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { inBatches } from './batches.ts';
import { Fault } from './fault.ts';
import { attributesOf, createItem, deleteItem, setSecret } from './further-calls.ts';
import { attributesFor, labelFor, nameFrom } from './item-name.ts';
import { find, newest, searchUnlocked, unlockItems } from './items.ts';
import { answerChange } from './prompt.ts';
import { getSecret } from './service-calls.ts';
import { inTurn } from './turn.ts';
import type { Visit } from './visit.ts';

export async function getCredential(visit: Visit, name: CredentialName): Promise<Secret | undefined> {
  const [item, tied] = await newest(visit, await find(visit, name));
  if (tied !== undefined) throw new Fault('ambiguous');
  if (item === undefined) return undefined;
  await unlockItems(visit, [item]);
  return new Secret(await getSecret(visit.session, item.path, await visit.session.path));
}

/** Overwrites the newest of several items, then deletes the others: from then on every tool reads the same. */
export async function setCredential(visit: Visit, name: CredentialName, secret: Secret): Promise<void> {
  await inTurn(visit, async () => {
    const found = await find(visit, name);
    const [item] = await newest(visit, found);
    if (item === undefined) {
      await createCredential(visit, name, secret);
      return;
    }
    await unlockItems(visit, [item]);
    await setSecret(visit.session, item.path, await visit.session.path, secret.expose());
    const others = found.filter(({ path, locked }) => path !== item.path && !locked);
    await inBatches(others, (other) => deletePath(visit, other.path));
  });
}

/** Gives the new item's path. */
export async function createCredential(visit: Visit, name: CredentialName, secret: Secret): Promise<string> {
  const { session, collection, layout } = visit;
  if (collection === undefined) throw new Fault('no-collection');
  const item = {
    label: labelFor(name, layout),
    attributes: attributesFor(name, layout),
    bytes: secret.expose(),
    // KeePassXC, which then looks for it once more, never answers where another creates one at that moment.
    replaces: session.provider !== 'keepassxc',
  };
  const [path, prompt] = await createItem(session, collection, await session.path, item);
  const result = await answerChange(visit, prompt);
  return result === undefined ? path : String(result);
}

/** Deletes every item of the name. `found` is called once there is one. */
export async function deleteCredential(visit: Visit, name: CredentialName, found: () => void): Promise<void> {
  await inTurn(visit, async () => {
    const items = await find(visit, name);
    if (items.length > 0) found();
    await inBatches(await unlockItems(visit, items), ({ path }) => deletePath(visit, path));
  });
}

export async function listCredentials(visit: Visit, service: string | undefined): Promise<readonly CredentialName[]> {
  const items = await searchUnlocked(visit, service);
  const attributes = await inBatches(items, ({ path }) => attributesOf(visit.session, path));
  return sortUniqueNames(attributes.map((its) => nameFrom(its, visit.layout)).filter((name) => name !== undefined));
}

export async function deletePath(visit: Visit, path: string): Promise<void> {
  await answerChange(visit, await deleteItem(visit.session, path));
}
