import {
  chmodSync,
  chownSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ReadContext } from '../../src/app/context.ts';
import { readEntry } from '../../src/app/credentials/get-credential.ts';
import { readRecorded } from '../../src/cli/fast-path.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { serialisePlacement } from '../../src/domain/placement/placement-codec.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { keystow } from '../../src/profiles/keystow.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, type KeySource, openFile } from '../encrypted-file/place.ts';
import { needsPosix, needsRoot } from '../support/needs.ts';

interface House {
  readonly folder: string;
  readonly credentials: string;
  readonly placement: string;
  readonly environment: Record<string, string>;
}

/** Creates a home directory with one credential in its encrypted file, and its placement file. */
async function house({ seal = 'home', store = 'file' }: { seal?: KeySource; store?: StoreId } = {}): Promise<House> {
  const home = mkdtempSync(join(tmpdir(), 'keystow-at-once-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const folder = join(home, '.config', 'keystow');
  const [credentials, placement] = [join(folder, 'credentials.json'), join(folder, 'placement.json')];
  await openFile(credentials, seal, { home }).set(alice, textSecret('s3cret'));
  const placed = { ...alice, store, writtenAt: '2026-03-04T05:06:07.000Z', stale: [] };
  writeFileSync(placement, serialisePlacement([placed]), { mode: 0o600 });
  return { folder, credentials, placement, environment: { HOME: home } };
}

/** A rejection says no more than `undefined` does. */
async function secretAtOnce(environment: House['environment'], name: CredentialName): Promise<Secret | undefined> {
  const find = (placement: ReadContext['placement']) => readEntry(placement, name);
  const recorded = await readRecorded(keystow, environment, find).catch(() => undefined);
  return recorded?.secret;
}

async function textAtOnce({ environment }: House, name = alice): Promise<string | undefined> {
  const secret = await secretAtOnce(environment, name);
  return secret && Buffer.from(secret.expose()).toString();
}

describe('a credential that needs no prompt or repair is read', needsPosix, () => {
  test('the secret that the placement says is in the file, which the home directory opens', async () => {
    expect(await textAtOnce(await house())).toBe('s3cret');
  });

  test('whatever the bytes of the secret, and the name', async () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
    const { credentials, placement, environment } = await house();
    const store = openFile(credentials, 'home', { home: environment.HOME as string });
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.uint8Array({ maxLength: 5000 }), async (service, account, bytes) => {
        const name = { service, account };
        await store.set(name, textSecret(Buffer.from(bytes).toString('latin1')));
        const placed = { ...name, store: 'file' as const, writtenAt: '2026-03-04T05:06:07.000Z', stale: [] };
        writeFileSync(placement, serialisePlacement([placed]), { mode: 0o600 });
        const secret = await secretAtOnce(environment, name);
        expect(secret?.expose()).toEqual((await store.get(name))?.expose());
      }),
      { numRuns: 30 },
    );
  });

  test('whatever is switched off of what it does not take', async () => {
    const { environment, ...rest } = await house();
    const others = { KEYSTOW_DISABLE_KEYRING: '1', KEYSTOW_STORAGE: 'file', KEYSTOW_QUIET: '1' };
    expect(await textAtOnce({ ...rest, environment: { ...environment, ...others } })).toBe('s3cret');
  });
});

describe('permissions that were too loose are restricted by the read', needsPosix, () => {
  test.each<[string, (house: House) => string]>([
    ['the file', ({ credentials }) => credentials],
    ['its folder', ({ folder }) => folder],
    ['the placement file', ({ placement }) => placement],
  ])('of %s', async (_, find) => {
    const made = await house();
    const path = find(made);
    chmodSync(path, statSync(path).mode | 0o044);
    made.environment.KEYSTOW_QUIET = '1';
    expect(await textAtOnce(made)).toBe('s3cret');
    expect(statSync(path).mode & 0o077).toBe(0);
  });
});

describe('everything else is left to the full program', () => {
  test.each<[string, (house: House) => void]>([
    ['a file of two names', ({ credentials }) => linkSync(credentials, `${credentials}.2`)],
    ['a file behind a link', ({ credentials }) => behindLink(credentials)],
    ['a placement behind a link', ({ placement }) => behindLink(placement)],
    ['a placement that is not there', ({ placement }) => rmSync(placement)],
    ['a placement of another program', ({ placement }) => writeFileSync(placement, '{}')],
    ['a placement that is cut short', ({ placement }) => writeFileSync(placement, '{"format":"keystow-placement"')],
    ['a file that is not there', ({ credentials }) => rmSync(credentials)],
    ['a file of another program', ({ credentials }) => writeFileSync(credentials, '{}')],
    ['a file of another home', ({ folder, environment }) => setOthers(environment, folder)],
    ['a preference that may end elsewhere', ({ environment }) => set(environment, 'STORAGE', 'keychain')],
    ['a preference that means nothing', ({ environment }) => set(environment, 'STORAGE', 'clipboard')],
    ['a seal that means nothing', ({ environment }) => set(environment, 'SEAL', 'wax')],
  ])('%s', async (_, change) => {
    const made = await house();
    change(made);
    expect(await textAtOnce(made)).toBeUndefined();
  });

  test.each(['credentials', 'placement'] as const)('another user’s %s', needsRoot, async (file) => {
    const made = await house();
    chownSync(made[file], 12_345, 12_345);
    expect(await textAtOnce(made)).toBeUndefined();
  });

  test('a file sealed by a passphrase', async () => {
    expect(await textAtOnce(await house({ seal: 'passphrase' }))).toBeUndefined();
  });

  test('a credential of which nothing is remembered', async () => {
    expect(await textAtOnce(await house(), bob)).toBeUndefined();
  });

  test('a name that no store can keep', async () => {
    expect(await textAtOnce(await house(), { service: '', account: 'alice' })).toBeUndefined();
  });

  test.each<StoreId>(['keychain', 'credential-manager', 'pass'])('a credential in the %s', async (store) => {
    expect(await textAtOnce(await house({ store }))).toBeUndefined();
  });

  test('a credential in the Secret Service, if the keyring is disabled or no bus is running', async () => {
    const { environment, ...rest } = await house({ store: 'secret-service' });
    expect(await textAtOnce({ ...rest, environment })).toBeUndefined();
    set(environment, 'DISABLE_KEYRING', '1');
    expect(await textAtOnce({ ...rest, environment })).toBeUndefined();
  });

  test('one changed byte anywhere: the secret is returned unchanged, or nothing is', async () => {
    const made = await house();
    for (const path of [made.credentials, made.placement]) {
      const whole = readFileSync(path);
      for (let at = 0; at < whole.length; at += 1) {
        const altered = Buffer.from(whole);
        altered[at] = (altered[at] as number) ^ (1 << (at % 8));
        writeFileSync(path, altered);
        expect([undefined, 's3cret'], `byte ${at} of ${path}`).toContain(await textAtOnce(made));
      }
      writeFileSync(path, whole);
    }
  });
});

function behindLink(path: string): void {
  renameSync(path, `${path}.moved`);
  symlinkSync(`${path}.moved`, path);
}

function set(environment: House['environment'], setting: string, value: string): void {
  environment[`KEYSTOW_${setting}`] = value;
}

/** Another user's home, with this folder. */
function setOthers(environment: House['environment'], folder: string): void {
  environment.HOME = '/home/mallory';
  environment.KEYSTOW_CONFIG_DIR = folder;
}
