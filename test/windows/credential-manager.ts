import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { underWine } from '../support/under-wine.ts';
import { openRealBinding } from './binding.ts';

/** Where Wine stores credentials: one key each, `Generic: TARGET`. */
const registryKey = 'HKCU\\Software\\Wine\\Credential Manager';

/** The 8 bytes with which Wine encrypts secrets. With another value, secrets cannot be read or written (error 1015). */
const encryptionKeyName = 'EncryptionKey';

/** How often a program is started if Wine fails to start it, which happens once in thousands of times under load. */
const maxAttempts = 3;

/** Why the tests of this folder cannot run, if they cannot. */
export const missingCredentialManager = process.platform === 'win32' ? findConflicts() : 'this is not Windows';

/** The tests change entries with fixed names, and list all of keystow's. */
function findConflicts(): string | undefined {
  const conflicts = listTargets().filter((target) => target === 'jsm' || /^%name-|\.difyctl\//.test(target));
  if (conflicts.length === 0) return undefined;
  return `it would change the credentials that this user has in keystow, jsm or difyctl: ${conflicts.join(' ')}`;
}

/** Returns the targets of the user's generic credentials, sorted, as the platform's own tool lists them. */
function listTargets(): readonly string[] {
  const [command, args, line] = underWine
    ? ['reg', ['query', registryKey], /\\Generic: (.*?)\r?$/gm]
    : ['cmdkey', ['/list'], /LegacyGeneric:target=(.*?)\r?$/gm];
  const { stdout } = runTool(command, args);
  return [...stdout.matchAll(line)].map(([, target = '']) => target).sort();
}

/** The credentials that are created after this object. */
export class OwnTargets {
  readonly #before = new Set(listTargets());

  list(): readonly string[] {
    return listTargets().filter((target) => !this.#before.has(target));
  }

  /** Returns a fingerprint that changes if any of them does. */
  async contents(): Promise<string> {
    const lines: string[] = [];
    for (const target of this.list()) lines.push(`${target} ${computeDigest(await readBytes(target))}`);
    return lines.join('\n');
  }

  async removeAll(): Promise<void> {
    for (const target of this.list()) await openEntry(target).deleteCredential();
  }
}

/** Deletes a credential as a user does in Credential Manager. */
export async function deleteAsUser(target: string): Promise<void> {
  if (!(await openEntry(target).deleteCredential())) throw new Error(`there is no credential ${target} to delete`);
}

/** A target without a dot is a visible target. Opening its entry empties it. */
function openEntry(target: string) {
  const { AsyncEntry } = openRealBinding();
  const dot = target.indexOf('.');
  return dot < 0
    ? AsyncEntry.withTarget(target, target, target)
    : new AsyncEntry(target.slice(dot + 1), target.slice(0, dot));
}

async function readBytes(target: string): Promise<Uint8Array> {
  if (target.includes('.')) return Uint8Array.from((await openEntry(target).getSecret()) ?? []);
  const [found] = await openRealBinding().findCredentialsAsync('', target);
  return Buffer.from(found?.password ?? '');
}

function computeDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Makes Credential Manager fail under Wine. Returns a function that repairs it. */
export function breakCredentialManager(): () => void {
  const [, hex] = /REG_BINARY\s+([0-9A-F]+)/.exec(runReg('query', registryKey, '/v', encryptionKeyName)) ?? [];
  if (hex === undefined) throw new Error('Credential Manager is already broken, or was never used');
  runReg('add', registryKey, '/v', encryptionKeyName, '/t', 'REG_SZ', '/d', 'broken', '/f');
  return () => void runReg('add', registryKey, '/v', encryptionKeyName, '/t', 'REG_BINARY', '/d', hex, '/f');
}

function runReg(...args: readonly string[]): string {
  const { stdout, stderr, status } = runTool('reg', args);
  if (status !== 0) throw new Error(`reg ${args[0]}: ${stderr}${stdout}`);
  return stdout;
}

/** Runs a program. Throws if it does not start, or runs for more than 30 s. */
export function runTool(file: string, args: readonly string[]): SpawnSyncReturns<string> {
  for (let attempt = 1; ; attempt += 1) {
    const run = spawnSync(file, args, { encoding: 'utf8', timeout: 30_000 });
    const mustRetry = underWine && attempt < maxAttempts && (run.error as NodeJS.ErrnoException)?.code === 'UNKNOWN';
    if (mustRetry) continue;
    if (run.error) throw run.error;
    return run;
  }
}
