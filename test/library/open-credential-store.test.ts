import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tty from 'node:tty';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { quoteForShell, quoteForWindows } from '../../src/domain/text/quote.ts';
import { type ApplicationStore, type OpenOptions, openCredentialStore, Secret } from '../../src/library/index.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startSecretService } from '../faults/secret-service.ts';
import { eventually } from '../support/eventually.ts';
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
  test('[LIB1] stores, lists and deletes text and bytes', async () => {
    const store = await open();
    expect(await store.get('github.com', 'alice')).toBeUndefined();
    expect(await store.set('github.com', 'alice', 'tökén')).toEqual({
      store: 'file',
      skipped: [],
      replaced: false,
      stale: [],
    });
    await store.set('github.com', 'bob', Uint8Array.of(0, 255));
    await store.set('gitlab.com', 'alice', new Secret(Uint8Array.of(7)));
    expect(await store.getText('github.com', 'alice')).toBe('tökén');
    expect((await store.get('github.com', 'bob'))?.expose()).toEqual(Uint8Array.of(0, 255));
    const writtenAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await store.list('github.com')).toEqual([
      { service: 'github.com', account: 'alice', store: 'file', writtenAt },
      { service: 'github.com', account: 'bob', store: 'file', writtenAt },
    ]);
    expect(await store.list()).toHaveLength(3);
    expect(await store.delete('github.com', 'alice')).toEqual(['file']);
    expect(await store.delete('github.com', 'alice')).toEqual([]);
    expect(await store.get('github.com', 'alice')).toBeUndefined();
  });

  test('[LIB9] if its file disappeared, names a command of keystow: an application may have none', async () => {
    const folder = join(home, 'acme');
    const environment = { ACME_CONFIG_DIR: folder };
    await (await open({ environment })).set('github.com', 'alice', 'x');
    rmSync(join(folder, 'credentials.json'));
    const { hint } = await failure((await open({ environment })).get('github.com', 'alice'), 'file-missing');
    const quoted = process.platform === 'win32' ? quoteForWindows(folder) : quoteForShell(folder);
    expect(hint).toContain(`run: npx keystow --application acme --config-dir ${quoted} doctor --accept-file`);
    rmSync(join(folder, 'placement.json'));
    expect(await (await open({ environment })).get('github.com', 'alice')).toBeUndefined();
  });

  test('names what else decides where its credentials are, so that the command finds them', async () => {
    const options = {
      application: { name: 'acme', variablePrefix: 'AC', attributeSchema: 'keytar' },
      environment: { AC_STORAGE: 'file' },
    } as const;
    await (await open(options)).set('github.com', 'alice', 'x');
    rmSync((await (await open(options)).report()).files.credentials);
    const { hint } = await failure((await open(options)).get('github.com', 'alice'), 'file-missing');
    const command = 'npx keystow --application acme --variable-prefix AC --attribute-schema keytar';
    expect(hint).toContain(`run: ${command} doctor --accept-file`);
  });

  test('reports where credentials are, which store is selected, and why', async () => {
    const store = await open();
    await store.set('github.com', 'alice', 'x');
    const { storage, selection } = await store.report();
    expect(storage).toMatchObject({ store: 'file', label: 'Encrypted file (sealed by home directory)' });
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file', rules: [2] });
  });

  test('[LIB16] takes settings from the application, and the variables of the user win', async () => {
    const folder = join(home, 'folder of acme');
    const environment = { ACME_STORAGE: '', ACME_USE_PASS: '0', ACME_SEAL: 'home' };
    const options = { storage: 'file', folder, usePass: true, keySource: 'passphrase', quiet: false } as const;
    const store = await open({ ...options, application: 'acme', environment });
    await store.set('github.com', 'alice', 'x');
    const { files, settings, selection } = await store.report();
    expect(readFileSync(files.placement, 'utf8')).toContain('alice');
    expect(files.credentials).toBe(join(folder, 'credentials.json'));
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file', rules: [2] });
    expect(settings).toEqual([
      { setting: 'storage', value: 'file', source: 'option', variable: 'ACME_STORAGE' },
      { setting: 'disableKeyring', value: false, source: 'default', variable: 'ACME_DISABLE_KEYRING' },
      { setting: 'usePass', value: false, source: 'variable', variable: 'ACME_USE_PASS' },
      { setting: 'keySource', value: 'home', source: 'variable', variable: 'ACME_SEAL' },
      { setting: 'folder', value: folder, source: 'option', variable: 'ACME_CONFIG_DIR' },
      { setting: 'allowEnvPassphrase', value: false, source: 'default', variable: 'ACME_ALLOW_ENV_PASSPHRASE' },
      { setting: 'quiet', value: false, source: 'option', variable: 'ACME_QUIET' },
    ]);
  });

  test('[LIB17] the name of a scoped package has a folder and variables of its own', async () => {
    const base = isWindows ? { APPDATA: home } : { XDG_CONFIG_HOME: home };
    const environment = { ...base, ACME_TOOL_STORAGE: 'file', ACME_STORAGE: 'keychain' };
    const store = await open({ application: '@acme/tool', environment });
    await store.set('github.com', 'alice', 'x');
    expect(existsSync(join(home, '@acme+tool/credentials.json'))).toBe(true);
    expect(await (await open({ application: '@acme/tool', environment })).getText('github.com', 'alice')).toBe('x');
  });

  test('stores the bytes that the buffer had at the call, even if it changes afterwards', async () => {
    const store = await open();
    const buffer = Uint8Array.of(1, 2, 3);
    const stored = store.set('demo', 'alice', buffer);
    buffer.fill(0);
    await stored;
    expect((await store.get('demo', 'alice'))?.expose()).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('shares its credentials with other open stores, and nothing else', async () => {
    const [one, other] = [await open(), await open()];
    await one.set('demo', 'alice', 'x');
    await one.close();
    expect(await other.getText('demo', 'alice')).toBe('x');
  });

  test('installs no signal handlers', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGCONT', 'exit'];
    const before = signals.map((signal) => process.listenerCount(signal));
    const store = await open();
    await store.set('demo', 'alice', 'x');
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
  });

  test('runs many operations concurrently', async () => {
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

  test('does not block the event loop in a loop of reads', async () => {
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

describe('an operation fails with a code', () => {
  test('for an invalid name', async () => {
    const store = await open();
    for (const operation of [store.get('', 'a'), store.set('a\0', 'a', 'x'), store.delete('a', 'x'.repeat(1025))])
      await failure(operation, 'invalid-name');
  });

  test('for an empty secret, which does not replace the old one unless it is allowed', async () => {
    const store = await open();
    await store.set('demo', 'alice', 'x');
    for (const empty of ['', new Uint8Array(), new Secret(new Uint8Array())])
      await failure(store.set('demo', 'alice', empty), 'invalid-input');
    expect(await store.getText('demo', 'alice')).toBe('x');
    await store.set('demo', 'alice', '', { allowEmpty: true });
    expect(await store.getText('demo', 'alice')).toBe('');
  });

  test('for a secret that is not text, read as text', async () => {
    const store = await open();
    await store.set('demo', 'alice', Uint8Array.of(255));
    const { hint } = await failure(store.getText('demo', 'alice'), 'invalid-input');
    expect(hint).toBe('read its bytes with get');
  });

  test.each([
    { name: '' },
    { name: '../acme' },
    { name: 'acme', variablePrefix: 'A=B' },
    { name: '@acme' },
    { name: '@acme/../x' },
    { name: 'a'.repeat(101) },
  ])('for an invalid application: %o', async (application) => {
    await failure(open({ application }), 'invalid-setting');
  });

  test.each([undefined, null, {}, { application: null }, { application: 5 }])(
    'for options without an application, as a program in JavaScript may pass them: %o',
    async (options) => {
      await failure(openCredentialStore(options as never), 'invalid-setting');
    },
  );

  test('for invalid settings', async () => {
    const invalid = [{ storage: 'cloud' }, { folder: 'relative' }, { usePass: 'yes' }, { keySource: 'wax' }];
    for (const options of invalid) await failure(open(options as Partial<OpenOptions>), 'invalid-setting');
  });

  test('for invalid variables', async () => {
    await failure(open({ environment: { ACME_SEAL: 'wax' } }), 'invalid-setting');
    const store = await open({ environment: { ACME_STORAGE: 'cloud' } });
    await failure(store.get('demo', 'alice'), 'invalid-preference');
    await failure(store.set('demo', 'alice', 'x'), 'invalid-preference');
  });

  test('if it is cancelled', async () => {
    const store = await open();
    const signal = AbortSignal.abort();
    await failure(store.set('demo', 'alice', 'x', { signal }), 'cancelled');
    await failure(store.get('demo', 'alice', { signal }), 'cancelled');
    expect(await store.get('demo', 'alice')).toBeUndefined();
  });

  test('if the store was closed', async () => {
    const store = await open();
    await store[Symbol.asyncDispose]();
    await store.close();
    await failure(store.get('demo', 'alice'), 'closed');
    await failure(store.set('demo', 'alice', 'x'), 'closed');
  });
});

describe('the user', () => {
  test('is asked for a passphrase only by the application', async () => {
    const environment = { ACME_SEAL: 'passphrase' };
    await failure((await open({ environment })).set('demo', 'alice', 'x'), 'passphrase-required');
    const askPassphrase = vi.fn(async () => 'correct horse');
    const store = await open({ environment, askPassphrase });
    await store.set('demo', 'alice', 'x');
    expect(askPassphrase).toHaveBeenCalledTimes(2);
    expect(await store.getText('demo', 'alice')).toBe('x');
    expect(askPassphrase).toHaveBeenCalledTimes(2);
  });

  const cancellations: readonly [string, () => Promise<string | undefined>][] = [
    ['rejects', () => Promise.reject(new TypeError('User force closed the prompt with correct horse'))],
    [
      'throws',
      () => {
        throw new Error('correct horse');
      },
    ],
    ['rejects with no error', () => Promise.reject('correct horse')],
    ['returns undefined', async () => undefined],
    ['returns null', async () => null as unknown as undefined],
  ];

  test.each(cancellations)('has cancelled if the question for the passphrase %s', async (_, askPassphrase) => {
    const store = await open({ environment: { ACME_SEAL: 'passphrase' }, askPassphrase });
    const error = await failure(store.set('demo', 'alice', 'x'), 'cancelled');
    expect(inspect(error)).not.toContain('correct horse');
    expect(await store.get('demo', 'alice')).toBeUndefined();
  });

  test('gets notices only through the application', async () => {
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
      [
        {
          code: 'passphrase-variable',
          message: 'using credential passphrase from ACME_CREDENTIALS_PASSPHRASE (ACME_ALLOW_ENV_PASSPHRASE is set).',
        },
      ],
    ]);
    expect(said).not.toHaveBeenCalled();
  });

  test('has no variable read or changed that the application did not provide', async () => {
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
    const openAs = async (name: string, options: Partial<OpenOptions> = {}) => {
      const environment = { HOME: home, ...service.environment };
      const store = await openCredentialStore({ application: { name }, environment, ...options });
      onTestFinished(() => store.close());
      return store;
    };
    return { ...service, openAs, store: await openAs('acme') };
  };

  test('[LIB13] an application lists, reads and deletes only its own credentials', async () => {
    const { provider, openAs, store } = await serve();
    const other = await openAs('other');
    provider.add({ service: 'demo', username: 'alice' }, 'of secret-tool');
    provider.add({ application: 'chrome', 'xdg:schema': 'chrome_libsecret_os_crypt_password_v2' }, 'of Chromium');
    provider.add({ service: 'demo', username: 'bob', application: 'Python keyring library' }, 'of Python');
    for (const mine of [store, other]) {
      expect(await mine.list()).toEqual([]);
      expect(await mine.get('demo', 'alice')).toBeUndefined();
      expect(await mine.delete('demo', 'bob')).toEqual([]);
    }
    await store.set('demo', 'alice', 'of acme');
    await other.set('demo', 'alice', 'of other');
    expect(await store.getText('demo', 'alice')).toBe('of acme');
    expect(await other.getText('demo', 'alice')).toBe('of other');
    expect(await store.list()).toMatchObject([{ service: 'demo', account: 'alice', store: 'secret-service' }]);
    expect(await store.delete('demo', 'alice')).toEqual(['secret-service']);
    expect(await store.get('demo', 'alice')).toBeUndefined();
    expect(await other.getText('demo', 'alice')).toBe('of other');
    expect(provider.items.size).toBe(4);
  });

  test.each([
    { interactive: true, waits: true },
    { interactive: 'auto', waits: false },
    { interactive: false, waits: false },
  ] as const)(
    'without a terminal or a display, waits for a dialog if interactive is $interactive: $waits',
    async (case_) => {
      const { provider, openAs, environment } = await serve({ locked: true, user: 'nothing' });
      const noTerminal = vi.spyOn(tty, 'isatty').mockReturnValue(false);
      onTestFinished(() => noTerminal.mockRestore());
      const onNotice = vi.fn();
      const options = { interactive: case_.interactive, storage: 'keychain', onNotice } as const;
      const store = await openAs('acme', { ...options, environment: { HOME: home, ...environment, DISPLAY: '' } });
      const writing = store.set('demo', 'alice', 'x');
      if (case_.waits) {
        await eventually(() => expect(onNotice).toHaveBeenCalled());
        // A program with windows has no terminal to press Ctrl-C in.
        const message = 'waiting for the Secret Service: answer its dialog';
        expect(onNotice.mock.calls).toEqual([[{ code: 'waiting', message }]]);
        provider.answer();
        expect((await writing).store).toBe('secret-service');
      } else await failure(writing, 'keyring-required');
    },
  );

  test('[LIB14] reads the items of other programs if the application asks for it, with a notice', async () => {
    const { provider, openAs } = await serve();
    const onNotice = vi.fn();
    const store = await openAs('acme', { readOthers: true, onNotice });
    provider.add({ service: 'demo', username: 'alice' }, 'of secret-tool');
    expect(await store.getText('demo', 'alice')).toBe('of secret-tool');
    expect(onNotice.mock.calls).toEqual([[expect.objectContaining({ code: 'other-program' })]]);
    expect(await store.list()).toEqual([]);
    expect(await store.delete('demo', 'alice')).toEqual([]);
    await store.set('demo', 'alice', 'of acme');
    expect(await store.getText('demo', 'alice')).toBe('of acme');
    expect(provider.items.size).toBe(2);
  });

  test('[LIB15] finds what version 0.1 stored without a mark, and marks it at the next write', async () => {
    const { provider, store } = await serve();
    await store.set('demo', 'alice', 'x');
    await store.set('demo', 'bob', 'x');
    provider.items.clear();
    provider.add({ service: 'demo', username: 'alice' }, 'old');
    provider.add({ service: 'demo', username: 'bob' }, 'old');
    provider.add({ service: 'demo', username: 'carol' }, 'of another program');
    const inService = { store: 'secret-service', service: 'demo' };
    expect(await store.list()).toMatchObject([
      { ...inService, account: 'alice' },
      { ...inService, account: 'bob' },
    ]);
    expect(await store.getText('demo', 'alice')).toBe('old');
    await store.set('demo', 'alice', 'new');
    expect(await store.getText('demo', 'alice')).toBe('new');
    expect(await store.delete('demo', 'bob')).toEqual(['secret-service']);
    const left = [...provider.items.values()].map(({ attributes }) => Object.fromEntries(attributes));
    expect(left).toEqual([
      { service: 'demo', username: 'carol' },
      { service: 'demo', username: 'alice', application: 'acme' },
    ]);
    provider.add({ service: 'demo', username: 'alice' }, 'of another program, later');
    await store.set('demo', 'alice', 'newer');
    expect(provider.items.size).toBe(3);
  });

  test('it is probed by the first set only', async () => {
    const { provider, store } = await serve();
    await store.set('demo', 'alice', 'x');
    const made = provider.calls.filter((member) => member === 'CreateItem').length;
    expect(made).toBe(2);
    await store.set('demo', 'alice', 'y');
    await store.set('demo', 'alice', 'z');
    expect(provider.calls.filter((member) => member === 'CreateItem')).toHaveLength(made);
    expect(await store.getText('demo', 'alice')).toBe('z');
  });

  test('an operation that it does not answer can be cancelled', async () => {
    const { store } = await serve({ misbehaves: () => 'silence' });
    const controller = new AbortController();
    const read = store.get('demo', 'alice', { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await failure(read, 'cancelled');
  });

  test('it is tried again after a timeout', async () => {
    let silent = true;
    const { provider, store } = await serve({ misbehaves: () => (silent ? 'silence' : undefined) });
    provider.add({ service: 'demo', username: 'alice', application: 'acme' }, 'x');
    await failure(store.get('demo', 'alice'), 'timed-out');
    silent = false;
    expect(await store.getText('demo', 'alice')).toBe('x');
  });
});
