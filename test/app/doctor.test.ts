import { beforeEach, describe, expect, test, vi } from 'vitest';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { examine } from '../../src/app/doctor/examine.ts';
import { replayReport } from '../../src/app/doctor/replay.ts';
import { toStorageLabel } from '../../src/app/doctor/storage-report.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { freshSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const alice = { service: 'demo', account: 'alice' };

let world: World;
beforeEach(() => {
  world = new World();
});

describe('the label', () => {
  test('[APP9] says that a fresh machine has no credentials', async () => {
    expect((await examine(world.context)).storage).toMatchObject({ label: 'No credentials stored', store: null });
  });

  test('[APP10] names a keyring', async () => {
    await setCredential(world.context, alice, freshSecret());
    expect((await examine(world.context)).storage).toMatchObject({ label: 'OS keyring', store: 'secret-service' });
  });

  test('names the file that has the newest credential, even if a keyring is selected now', async () => {
    world.unavailable.set('secret-service', 'locked');
    await setCredential(world.context, alice, freshSecret());
    world.unavailable.clear();
    const { storage, selection } = await examine(world.context);
    expect(storage).toMatchObject({ label: 'Encrypted file (sealed by home directory)', store: 'file' });
    expect(selection).toMatchObject({ outcome: 'selected', store: 'secret-service' });
    expect(storage.details).toContainEqual(expect.stringMatching(/encrypted file.*Secret Service/));
  });

  test.each([
    ['home', false, 'Encrypted file (sealed by home directory)'],
    ['passphrase', false, 'Encrypted file (interactive passphrase)'],
    ['passphrase', true, 'Encrypted file (env passphrase)'],
  ] as const)(
    '[APP11] names the key source of the file: %s, with an environment passphrase: %s',
    (keySource, envPassphrase, label) => {
      expect(toStorageLabel('file', keySource, { envPassphrase })).toBe(label);
    },
  );

  test('does not name a keyring that was wiped by hand', async () => {
    await setCredential(world.context, alice, freshSecret());
    await world.stores['secret-service'].delete(alice);
    const { storage } = await examine(world.context);
    expect(storage).toMatchObject({ label: 'No credentials stored', store: null, kept: [] });
  });

  test('names a locked keyring that has a recorded credential', async () => {
    await setCredential(world.context, alice, freshSecret());
    world.unavailable.set('secret-service', 'locked');
    expect((await examine(world.context)).storage).toMatchObject({ label: 'OS keyring', store: 'secret-service' });
  });

  test('prints the command for a placement file that is refused', async () => {
    world.snapshot = { placement: [], state: 'damaged', why: 'cannot be used', hint: 'chmod go-w FILE' };
    expect((await examine(world.context)).storage.fixes).toEqual(['chmod go-w FILE']);
  });

  test('prints the command for an encrypted file that is refused or does not open, once, and no hints of other failures', async () => {
    const { context } = world;
    const fail = (code: 'file-refused' | 'file-damaged' | 'file-io') =>
      examine({
        ...context,
        stores: {
          ...context.stores,
          findFileKeySource: () => Promise.reject(new CredentialError(code, 'the file …', { hint: 'chmod go-w FILE' })),
        },
      });
    world.snapshot = { placement: [], state: 'damaged', why: 'cannot be used', hint: 'chmod go-w FILE' };
    expect((await fail('file-refused')).storage.fixes).toEqual(['chmod go-w FILE']);
    world.snapshot = { placement: [], state: 'intact' };
    expect((await fail('file-refused')).storage.fixes).toEqual(['chmod go-w FILE']);
    expect((await fail('file-damaged')).storage.fixes).toEqual(['chmod go-w FILE']);
    expect((await fail('file-io')).storage).toMatchObject({
      fixes: [],
      details: expect.arrayContaining(['the file …']),
    });
  });

  test('names the file, or a keyring that is not empty, if the placement file is damaged', async () => {
    await setCredential(world.context, alice, freshSecret());
    world.snapshot = { placement: [], state: 'damaged', why: 'is cut short' };
    const { storage } = await examine(world.context);
    expect(storage).toMatchObject({ label: 'OS keyring', store: 'secret-service' });
    expect(storage.details).toContainEqual(expect.stringContaining('the placement file is cut short'));
  });
});

describe('the counts', () => {
  test('are those of the stores, not of the records, if these are lost', async () => {
    await setCredential(world.context, alice, freshSecret());
    world.snapshot = { placement: [], state: 'absent' };
    expect((await examine(world.context)).storage.kept).toEqual([{ store: 'secret-service', credentials: 1 }]);
  });

  test.each(['locked', 'timed-out', 'denied'] as const)(
    'are unknown, not 0, for a keyring that is %s, unless the records are intact',
    async (reason) => {
      world.probe = { kind: 'service-failure', reason };
      for (const state of ['absent', 'damaged'] as const) {
        world.snapshot = { placement: [], state };
        const { notAsked, details } = (await examine(world.context)).storage;
        expect(notAsked).toEqual(['secret-service']);
        expect(details).toContain('the Secret Service could not be asked: it may have credentials');
      }
      world.snapshot = { placement: [], state: 'intact' };
      expect((await examine(world.context)).storage).not.toHaveProperty('notAsked');
    },
  );

  test('are unknown for an encrypted file whose passphrase nobody typed', async () => {
    world.probe = { kind: 'unsupported', reason: 'no-session-bus' };
    const findFileKeySource = async () => 'passphrase' as const;
    world.snapshot = { placement: [], state: 'absent' };
    const { storage } = await examine({ ...world.context, stores: { ...world.context.stores, findFileKeySource } });
    expect(storage).toMatchObject({ label: 'Encrypted file (interactive passphrase)', notAsked: ['file'] });
  });

  test('are unknown for an encrypted file that does not open, and 0 for a keyring that the machine does not have', async () => {
    world.probe = { kind: 'unsupported', reason: 'no-session-bus' };
    const findFileKeySource = () => Promise.reject(new CredentialError('file-damaged', 'the file …'));
    world.snapshot = { placement: [], state: 'absent' };
    const { storage } = await examine({ ...world.context, stores: { ...world.context.stores, findFileKeySource } });
    expect(storage.notAsked).toEqual(['file']);
    expect(storage.summary).toBeUndefined();
  });
});

describe('the details', () => {
  test('[APP12] explain why each store was skipped, in the words of the specification', async () => {
    world.probe = { kind: 'unsupported', reason: 'not-installed' };
    const { details } = (await examine(world.context)).storage;
    expect(details[0]).toMatch(/^OS keyring not used: Detected a volatile \(UntilReboot\) keyring backend/);
    expect(details[1]).toMatch(/^OS keyring not used: the Secret Service is missing/);
  });

  test('say that nothing needs to be done on a machine without a desktop, unless the keyring is required or has credentials', async () => {
    const headless = 'nothing needs to be done: on a machine without a desktop, the encrypted file is the right place';
    for (const reason of ['no-session-bus', 'not-installed'] as const) {
      world.probe = { kind: 'unsupported', reason };
      const { storage } = await examine(world.context);
      expect(storage.summary).toBe(headless);
      expect(storage.details.join()).not.toContain(headless);
    }
    world.policy.preference = 'keychain';
    expect((await examine(world.context)).storage.summary).toBeUndefined();
    world.policy.preference = 'auto';
    world.probe = { kind: 'service-failure', reason: 'locked' };
    expect((await examine(world.context)).storage.summary).toBeUndefined();
  });

  test('say that nothing can be stored if the folder of the selected encrypted file is not writable', async () => {
    world.probe = { kind: 'unsupported', reason: 'not-installed' };
    world.placementError = 'file-io';
    const { storage } = await examine(world.context);
    expect(storage.problems).toEqual(['the placement file cannot be written']);
    expect(storage.summary).toBeUndefined();
    world.probe = { kind: 'usable', persistence: 'until-delete' };
    expect((await examine(world.context)).storage.problems).toEqual([]);
  });

  test('name the bus that is used if it is not the one in the environment', async () => {
    world.probe = {
      kind: 'usable',
      persistence: 'until-delete',
      evidence: { otherBus: '/run/bus, because of a test' },
    };
    const { details } = (await examine(world.context)).storage;
    expect(details).toContain('the D-Bus session bus in use is /run/bus, because of a test');
  });

  test('begin with a store that the machine has, but that is unavailable', async () => {
    world.unavailable.set('secret-service', 'locked');
    const { details } = (await examine(world.context)).storage;
    expect(details[0]).toMatch(/^OS keyring not used: .* is locked/);
    expect(details[1]).toMatch(/^OS keyring not used: Detected a volatile/);
  });

  test('do not count a credential that was in a deleted file', async () => {
    world.unavailable.set('secret-service', 'locked');
    await setCredential(world.context, alice, freshSecret());
    expect((await examine(world.context)).storage.kept).toEqual([{ store: 'file', credentials: 1 }]);
    await world.stores.file.delete(alice);
    expect((await examine(world.context)).storage).toMatchObject({ label: 'No credentials stored', kept: [] });
  });

  test('[APP13] say what sealing a file by the home directory protects against, and what not', async () => {
    world.policy.preference = 'file';
    expect((await examine(world.context)).storage.details.join()).toContain(
      'this guards against a stray backup, grep or paste, not against a program that runs as you',
    );
  });
});

describe('many credentials', () => {
  test('a keyring is asked for a few services at a time, and all of them are counted', async () => {
    for (let index = 0; index < 30; index++) {
      await setCredential(world.context, { service: `s${index}`, account: 'alice' }, freshSecret());
    }
    const keyring = world.stores['secret-service'];
    const list = keyring.list.bind(keyring);
    let [running, most] = [0, 0];
    vi.spyOn(keyring, 'list').mockImplementation(async (...args) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return list(...args);
    });
    expect((await examine(world.context)).storage.kept).toEqual([{ store: 'secret-service', credentials: 30 }]);
    // Node warns about more than ten listeners of one signal.
    expect(most).toBeLessThan(10);
  });

  test('as many as a file can have are examined without comparing each with all others', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => ({ service: `s${index}`, account: 'alice' }));
    const secret = freshSecret();
    for (const name of names) await world.stores.file.set(name, secret);
    const entries = names.map((name) => ({ ...name, store: 'file' as const, writtenAt: '', stale: [] }));
    world.snapshot = { placement: entries, state: 'intact' };
    world.unavailable.set('secret-service', 'locked');
    expect((await examine(world.context)).storage.kept).toEqual([{ store: 'file', credentials: names.length }]);
  });
});

describe('the selection', () => {
  test('[APP14] reports each skipped store with reason, class, explanation and fix, and the warning', async () => {
    world.unavailable.set('secret-service', 'locked');
    const { selection } = await examine(world.context);
    expect(selection).toMatchObject({
      outcome: 'selected',
      store: 'file',
      rules: [10, 8, 5],
      skipped: [
        { store: 'secret-service', reason: 'locked', class: 'service-failure' },
        { store: 'keyutils', reason: 'volatile', class: 'unsupported' },
      ],
    });
    for (const { explanation, fix } of selection.skipped) expect(`${explanation}${fix}`).not.toContain('undefined');
    expect(selection.warnings).toHaveLength(1);
    expect(world.warnings).toEqual([]);
  });

  test.each([
    ['vault', false, 'invalid-preference'],
    ['keychain', true, 'contradictory-settings'],
  ])(
    'with preference %s and keyring disabled: %s is reported as rejected',
    async (preference, keyringDisabled, code) => {
      world.policy = { preference, keyringDisabled };
      expect((await examine(world.context)).selection).toMatchObject({ outcome: 'rejected', code });
    },
  );

  test.each(['auto', 'keychain', 'file', 'vault'])(
    'with preference %s is the same when it is replayed from its JSON',
    async (preference) => {
      world.policy.preference = preference;
      for (const probe of [
        { kind: 'usable', persistence: 'until-delete' },
        { kind: 'usable', persistence: 'until-logout' },
        { kind: 'unsupported', reason: 'no-session-bus', evidence: { text: 'no address' } },
        { kind: 'service-failure', reason: 'not-running', evidence: { provider: 'kwallet', switchedOff: true } },
      ] as const) {
        world.probe = probe;
        const report = await examine(world.context);
        expect(replayReport(JSON.stringify(report)).selection).toEqual(report.selection);
      }
    },
  );
});

test('a report that is missing a probe result cannot be replayed', async () => {
  const report = await examine(world.context);
  const without = JSON.stringify({ inputs: { ...report.inputs, probes: [] } });
  expect(() => replayReport(without)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
});
