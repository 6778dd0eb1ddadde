import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseName } from '../../src/adapters/secret-service/item-attributes.ts';
import { type CredentialName, isSameName } from '../../src/domain/credential-name.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { otherTools } from './other-tools.ts';
import { readAllItems } from './stored-items.ts';
import { storeOn } from './stores.ts';

const text = 'pässwörd with "quotes" and 🔑';

for (const tool of otherTools) {
  describeStore(`keystow and ${tool.name}`, 'secret-service', missing() ?? tool.missing, () => {
    let keyring: GnomeKeyring;
    beforeAll(async () => {
      keyring = await startGnomeKeyring('unlocked');
    });
    afterAll(() => keyring.stop());

    const open = () => storeOn(keyring.environment, { attributeSchema: tool.schema });
    let count = 0;
    const fresh = (): CredentialName => {
      count += 1;
      return { service: 'interop', account: `account ${count}` };
    };
    const textOf = async (name: CredentialName) => {
      const secret = await open().get(name);
      return secret && Buffer.from(secret.expose()).toString();
    };
    const itemsOf = async (wanted: CredentialName) =>
      (await readAllItems(keyring.bus)).filter(({ attributes }) => {
        const name = parseName(attributes, tool.schema);
        return name !== undefined && isSameName(name, wanted);
      });

    test('[SS9] each reads what the other wrote', async () => {
      const [ours, theirs] = [fresh(), fresh()];
      await open().set(ours, textSecret(text));
      expect(tool.get(keyring.environment, ours.service, ours.account)).toBe(text);
      tool.set(keyring.environment, theirs.service, theirs.account, text);
      expect(await textOf(theirs)).toBe(text);
      expect(await open().list('interop')).toEqual(expect.arrayContaining([ours, theirs]));
    });

    test('each deletes what the other wrote', async () => {
      const [ours, theirs] = [fresh(), fresh()];
      await open().set(ours, textSecret(text));
      tool.delete(keyring.environment, ours.service, ours.account);
      expect(await textOf(ours)).toBeUndefined();
      tool.set(keyring.environment, theirs.service, theirs.account, text);
      expect(await open().delete(theirs)).toBe(true);
      expect(tool.get(keyring.environment, theirs.service, theirs.account)).toBeUndefined();
    });

    test('keystow overwrites what the other wrote, in place', async () => {
      const name = fresh();
      tool.set(keyring.environment, name.service, name.account, 'theirs');
      await open().set(name, textSecret(text));
      expect(tool.get(keyring.environment, name.service, name.account)).toBe(text);
      expect(await itemsOf(name)).toHaveLength(1);
    });

    test('the other overwrites what keystow wrote, and keystow reads that', async () => {
      const name = fresh();
      await open().set(name, textSecret('ours'));
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      tool.set(keyring.environment, name.service, name.account, text);
      expect(await textOf(name)).toBe(text);
    });

    test('after both wrote, keystow’s next writing leaves one item, and both read it', async () => {
      const name = fresh();
      await open().set(name, textSecret('ours'));
      tool.set(keyring.environment, name.service, name.account, 'theirs');
      await open().set(name, textSecret(text));
      expect(await itemsOf(name)).toHaveLength(1);
      expect(await textOf(name)).toBe(text);
      expect(tool.get(keyring.environment, name.service, name.account)).toBe(text);
    });

    test('after both wrote, keystow’s deleting leaves none', async () => {
      const name = fresh();
      await open().set(name, textSecret('ours'));
      tool.set(keyring.environment, name.service, name.account, 'theirs');
      expect(await open().delete(name)).toBe(true);
      expect(await itemsOf(name)).toEqual([]);
    });
  });
}
