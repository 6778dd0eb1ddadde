import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApplicationStore, type OpenOptions, openCredentialStore, Secret } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystow-passphrase-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(options: Partial<OpenOptions>): Promise<ApplicationStore> {
  const environment = { HOME: folder, USERPROFILE: folder, ...options.environment };
  return openCredentialStore({
    application: 'acme',
    storage: 'file',
    keySource: 'passphrase',
    folder,
    ...options,
    environment,
  });
}

/** Opens a store, does something with it, and closes it, as another process would. */
async function withStore<T>(options: Partial<OpenOptions>, work: (store: ApplicationStore) => Promise<T>): Promise<T> {
  await using store = await open(options);
  return await work(store);
}

const read = (options: Partial<OpenOptions>) => withStore(options, (store) => store.getText('demo', 'alice'));
const write = (options: Partial<OpenOptions>) => withStore(options, (store) => store.set('demo', 'alice', 's3cret'));

describe('a passphrase that the application passes in code', () => {
  test.each([
    ['text', 'correct hörse'],
    ['bytes', new TextEncoder().encode('correct hörse')],
    ['a Secret', new Secret(new TextEncoder().encode('correct hörse'))],
  ])('seals and opens the file: as %s', async (_, passphrase) => {
    await write({ passphrase });
    expect(await read({ passphrase: 'correct hörse' })).toBe('s3cret');
    await failure(read({ passphrase: 'wrong' }), 'wrong-passphrase');
    await failure(read({}), 'passphrase-required');
  });

  test('is changed to the new one, which is passed too', async () => {
    await write({ passphrase: 'old' });
    expect(await withStore({ passphrase: 'old', newPassphrase: 'new' }, (store) => store.changePassphrase())).toBe(
      true,
    );
    expect(await read({ passphrase: 'new' })).toBe('s3cret');
    await failure(read({ passphrase: 'old' }), 'wrong-passphrase');
    await failure(
      withStore({ passphrase: 'new' }, (store) => store.changePassphrase()),
      'passphrase-required',
    );
  });

  test("is replaced by the user's variable, which the user has to allow", async () => {
    await write({ passphrase: 'of the user' });
    const environment = { ACME_CREDENTIALS_PASSPHRASE: 'of the user' };
    const allowed = { ...environment, ACME_ALLOW_ENV_PASSPHRASE: '1' };
    expect(await read({ passphrase: 'of the application', environment: allowed })).toBe('s3cret');
    await failure(read({ passphrase: 'of the application', environment }), 'wrong-passphrase');
  });

  test('is used instead of a question, and no notice names a variable', async () => {
    const events: string[] = [];
    const options: Partial<OpenOptions> = {
      passphrase: 'correct horse',
      askPassphrase: async (question) => {
        events.push(question);
        return '';
      },
      onNotice: ({ message }) => events.push(message),
    };
    await write(options);
    expect(await read(options)).toBe('s3cret');
    expect(events).toEqual([]);
  });

  test('is in the report as what it is, but not itself', async () => {
    await write({ passphrase: 'correct horse' });
    const report = await withStore({ passphrase: 'correct horse' }, (store) => store.report());
    expect(report.storage).toMatchObject({
      label: 'Encrypted file (passphrase of the application)',
      kept: [{ store: 'file', credentials: 1 }],
    });
    expect(inspect(report, { depth: 9 })).not.toContain('correct horse');
  });

  test.each(['', 7, null, new Uint8Array(), {}])('is rejected if it is %j', async (passphrase) => {
    await failure(open({ passphrase: passphrase as string }), 'invalid-setting');
    await failure(open({ newPassphrase: passphrase as string }), 'invalid-setting');
  });
});
