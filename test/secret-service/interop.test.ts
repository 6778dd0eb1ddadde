import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseName } from '../../src/adapters/secret-service/items/item-attributes.ts';
import { type CredentialName, isSameName } from '../../src/domain/credential-name.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { otherTools } from './other-tools.ts';
import { readAllItems } from './stored-items.ts';
import { storeOn } from './stores.ts';

const text = 'pässwörd with "quotes" and 🔑';

for (const tool of otherTools.slice(0, fastOrSlow(1, otherTools.length))) {
  describeStore(`keystow and ${tool.name}`, 'secret-service', missing() ?? tool.missing, () => {
    let keyring: GnomeKeyring;
    beforeAll(async () => {
      keyring = await startGnomeKeyring('unlocked');
    });
    afterAll(() => keyring.stop());

    const open = () => storeOn(keyring.environment, { attributeSchema: tool.schema });
    let count = 0;
    const newName = (): CredentialName => {
      count += 1;
      return { service: 'interop', account: `account ${count}` };
    };
    const readText = async (name: CredentialName) => {
      const secret = await open().get(name);
      return secret && Buffer.from(secret.expose()).toString();
    };
    const readItems = async (wanted: CredentialName) =>
      (await readAllItems(keyring.bus)).filter(({ attributes }) => {
        const name = parseName(attributes, { schema: tool.schema });
        return name !== undefined && isSameName(name, wanted);
      });

    test('[SS9] each reads the other’s credentials', async () => {
      const [ours, theirs] = [newName(), newName()];
      await open().set(ours, textSecret(text));
      expect(tool.get(keyring.environment, ours.service, ours.account)).toBe(text);
      tool.set(keyring.environment, theirs.service, theirs.account, text);
      expect(await readText(theirs)).toBe(text);
      expect(await open().list('interop')).toEqual(expect.arrayContaining([ours, theirs]));
    });

    test.skipIf(tool.schema === 'keytar')('each reads the other’s credential without an account', async () => {
      for (const service of ['interop ours', 'interop theirs']) {
        const name = { service, account: '' };
        await open().set({ service, account: 'other' }, textSecret('other'));
        if (service === 'interop ours') await open().set(name, textSecret(text));
        else tool.set(keyring.environment, service, '', text);
        expect(await readText(name)).toBe(text);
        expect(tool.get(keyring.environment, service, '')).toBe(text);
        expect(await open().list(service)).toEqual([name, { service, account: 'other' }]);
        expect(await open().delete(name)).toBe(true);
        expect(await readText({ service, account: 'other' })).toBe('other');
      }
    });

    test('each deletes the other’s credentials', async () => {
      const [ours, theirs] = [newName(), newName()];
      await open().set(ours, textSecret(text));
      tool.delete(keyring.environment, ours.service, ours.account);
      expect(await readText(ours)).toBeUndefined();
      tool.set(keyring.environment, theirs.service, theirs.account, text);
      expect(await open().delete(theirs)).toBe(true);
      expect(tool.get(keyring.environment, theirs.service, theirs.account)).toBeUndefined();
    });

    test('keystow overwrites the other’s item in place', async () => {
      const name = newName();
      tool.set(keyring.environment, name.service, name.account, 'theirs');
      await open().set(name, textSecret(text));
      expect(tool.get(keyring.environment, name.service, name.account)).toBe(text);
      expect(await readItems(name)).toHaveLength(1);
    });

    test('keystow reads its credential after the other has overwritten it', async () => {
      const name = newName();
      await open().set(name, textSecret('ours'));
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      tool.set(keyring.environment, name.service, name.account, text);
      expect(await readText(name)).toBe(text);
    });

    test('after both have written, keystow’s next write leaves one item, which both read', async () => {
      const name = newName();
      await open().set(name, textSecret('ours'));
      tool.set(keyring.environment, name.service, name.account, 'theirs');
      await open().set(name, textSecret(text));
      expect(await readItems(name)).toHaveLength(1);
      expect(await readText(name)).toBe(text);
      expect(tool.get(keyring.environment, name.service, name.account)).toBe(text);
    });

    test('after both have written, keystow’s delete leaves no item', async () => {
      const name = newName();
      await open().set(name, textSecret('ours'));
      tool.set(keyring.environment, name.service, name.account, 'theirs');
      expect(await open().delete(name)).toBe(true);
      expect(await readItems(name)).toEqual([]);
    });
  });
}
