import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ApplicationStore, type OpenOptions, openCredentialStore, Secret } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startSecretService } from '../faults/secret-service.ts';
import { missingSessionBus } from '../support/session-bus.ts';

const application = { name: 'acme' };

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystow-library-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const isWindows = process.platform === 'win32';

function open(options: Partial<OpenOptions> = {}): Promise<ApplicationStore> {
  const environment = { [isWindows ? 'USERPROFILE' : 'HOME']: home, ACME_STORAGE: 'file', ...options.environment };
  return openCredentialStore({ application, ...options, environment });
}

describe('an open store', () => {
  test('[LIB1] keeps text and bytes, names them, and removes them', async () => {
    const store = await open();
    expect(await store.get('github.com', 'alice')).toBeUndefined();
    expect(await store.set('github.com', 'alice', 'tökén')).toEqual({ store: 'file', skipped: [], stale: [] });
    await store.set('github.com', 'bob', Uint8Array.of(0, 255));
    await store.set('gitlab.com', 'alice', new Secret(Uint8Array.of(7)));
    expect(await store.getText('github.com', 'alice')).toBe('tökén');
    expect((await store.get('github.com', 'bob'))?.expose()).toEqual(Uint8Array.of(0, 255));
    expect(await store.list('github.com')).toEqual([
      { service: 'github.com', account: 'alice', store: 'file' },
      { service: 'github.com', account: 'bob', store: 'file' },
    ]);
    expect(await store.list()).toHaveLength(3);
    expect(await store.delete('github.com', 'alice')).toEqual(['file']);
    expect(await store.delete('github.com', 'alice')).toEqual([]);
    expect(await store.get('github.com', 'alice')).toBeUndefined();
  });

  test('says where credentials are, and which store the next would go to, and why', async () => {
    const store = await open();
    await store.set('github.com', 'alice', 'x');
    const { storage, selection } = await store.report();
    expect(storage).toMatchObject({ store: 'file', label: 'Encrypted file (sealed by home directory)' });
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file', rules: [2] });
  });

  test('keeps the bytes as they were when it was asked to, whatever becomes of the buffer', async () => {
    const store = await open();
    const buffer = Uint8Array.of(1, 2, 3);
    const kept = store.set('demo', 'alice', buffer);
    buffer.fill(0);
    await kept;
    expect((await store.get('demo', 'alice'))?.expose()).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('is as many processes are: what one store keeps another reads, and neither knows of the other', async () => {
    const [one, other] = [await open(), await open()];
    await one.set('demo', 'alice', 'x');
    await one.close();
    expect(await other.getText('demo', 'alice')).toBe('x');
  });

  test('serves many operations at once', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const store = await open();
    const accounts = Array.from({ length: 20 }, (_, index) => `${index}`);
    await Promise.all(accounts.map((account) => store.set('demo', account, `secret of ${account}`)));
    const read = await Promise.all(accounts.map((account) => store.getText('demo', account)));
    expect(read).toEqual(accounts.map((account) => `secret of ${account}`));
    await new Promise((done) => setImmediate(done));
    expect(warned).not.toHaveBeenCalled();
  });

  test('leaves a turn of the event loop between reads', async () => {
    const store = await open();
    await store.set('demo', 'alice', 'x');
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    for (let read = 0; read < 200; read += 1) await store.get('demo', 'alice');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('what fails says so by a code', () => {
  test('a name that no store can keep', async () => {
    const store = await open();
    for (const operation of [store.get('', 'a'), store.set('a\0', 'a', 'x'), store.delete('a', 'x'.repeat(1025))])
      await failure(operation, 'invalid-name');
  });

  test('a secret that is no text, read as text', async () => {
    const store = await open();
    await store.set('demo', 'alice', Uint8Array.of(255));
    expect(await failure(store.getText('demo', 'alice'), 'invalid-input')).toMatchObject({
      message: 'the secret is not UTF-8 text',
      hint: 'read its bytes with get',
    });
  });

  test.each([{ name: '' }, { name: '../acme' }, { name: 'acme', variablePrefix: 'A=B' }])('%o', async (application) => {
    await failure(open({ application }), 'invalid-setting');
  });

  test('variables that mean nothing', async () => {
    await failure(open({ environment: { ACME_SEAL: 'wax' } }), 'invalid-setting');
    const store = await open({ environment: { ACME_STORAGE: 'cloud' } });
    await failure(store.get('demo', 'alice'), 'invalid-preference');
    await failure(store.set('demo', 'alice', 'x'), 'invalid-preference');
  });

  test('an operation that is called off', async () => {
    const store = await open();
    const signal = AbortSignal.abort();
    await failure(store.set('demo', 'alice', 'x', { signal }), 'cancelled');
    await failure(store.get('demo', 'alice', { signal }), 'cancelled');
    expect(await store.get('demo', 'alice')).toBeUndefined();
  });

  test('a store that was closed', async () => {
    const store = await open();
    await store[Symbol.asyncDispose]();
    await store.close();
    await failure(store.get('demo', 'alice'), 'closed');
    await failure(store.set('demo', 'alice', 'x'), 'closed');
  });
});

describe('whoever is there', () => {
  test('is asked for a passphrase by the application, and by nobody else', async () => {
    const environment = { ACME_SEAL: 'passphrase' };
    await failure((await open({ environment })).set('demo', 'alice', 'x'), 'passphrase-required');
    const askPassphrase = vi.fn(async () => 'correct horse');
    const store = await open({ environment, askPassphrase });
    await store.set('demo', 'alice', 'x');
    expect(askPassphrase).toHaveBeenCalledTimes(2);
    expect(await store.getText('demo', 'alice')).toBe('x');
    expect(askPassphrase).toHaveBeenCalledTimes(2);
  });

  test('hears what was put right from the application, and the process says nothing', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => said.mockRestore());
    const onNotice = vi.fn();
    const environment = {
      ACME_SEAL: 'passphrase',
      ACME_ALLOW_ENV_PASSPHRASE: '1',
      ACME_CREDENTIALS_PASSPHRASE: 'correct horse',
    };
    const store = await open({ environment, onNotice });
    await store.set('demo', 'alice', 'x');
    expect(onNotice.mock.calls).toEqual([
      ['using credential passphrase from ACME_CREDENTIALS_PASSPHRASE (ACME_ALLOW_ENV_PASSPHRASE is set).'],
    ]);
    expect(said).not.toHaveBeenCalled();
  });

  test('has no variable of the process changed or read that the application did not give', async () => {
    vi.stubEnv('ACME_STORAGE', 'nonsense');
    onTestFinished(() => void vi.unstubAllEnvs());
    const before = { ...process.env };
    await (await open()).set('demo', 'alice', 'x');
    expect({ ...process.env }).toEqual(before);
    const folder = isWindows ? 'AppData/Roaming' : '.config';
    expect(readFileSync(join(home, folder, 'acme/placement.json'), 'utf8')).toContain('alice');
  });
});

describeStore('over a Secret Service', 'secret-service', missingSessionBus(), () => {
  const serve = async (options = {}) => {
    const service = await startSecretService(options);
    onTestFinished(() => service.stop());
    const store = await openCredentialStore({ application, environment: { HOME: home, ...service.environment } });
    onTestFinished(() => store.close());
    return { ...service, store };
  };

  test('it is probed by the first set, and not again', async () => {
    const { provider, store } = await serve();
    await store.set('demo', 'alice', 'x');
    const made = provider.calls.filter((member) => member === 'CreateItem').length;
    expect(made).toBe(2);
    await store.set('demo', 'alice', 'y');
    await store.set('demo', 'alice', 'z');
    expect(provider.calls.filter((member) => member === 'CreateItem')).toHaveLength(made);
    expect(await store.getText('demo', 'alice')).toBe('z');
  });

  test('an operation that it does not answer can be called off', async () => {
    const { store } = await serve({ misbehaves: () => 'silence' });
    const calledOff = new AbortController();
    const read = store.get('demo', 'alice', { signal: calledOff.signal });
    setTimeout(() => calledOff.abort(), 50);
    await failure(read, 'cancelled');
  });

  test('one that did not answer in time is asked again the next time', async () => {
    let silent = true;
    const { provider, store } = await serve({ misbehaves: () => (silent ? 'silence' : undefined) });
    provider.add({ service: 'demo', username: 'alice' }, 'x');
    await failure(store.get('demo', 'alice'), 'timed-out');
    silent = false;
    expect(await store.getText('demo', 'alice')).toBe('x');
  });
});
