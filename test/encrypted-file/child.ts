import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createEncryptedFile } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import { recordWrite } from '../../src/domain/placement/placement-index.ts';
import { Secret } from '../../src/domain/secret.ts';

/** Runs in a separate process: `node child.js VERB PATH ARGUMENT`. Prints its result as JSON. */
const [verb = '', path = '', argument = ''] = process.argv.slice(2);
const textSecret = (text: string) => new Secret(new TextEncoder().encode(text));
const passphrase = async () => textSecret('correct horse battery staple');
const placement = createPlacementFile({ path: join(dirname(path), 'placement.json') });
const store = createEncryptedFile({
  path,
  application: 'keystow',
  program: 'keystow',
  memory: placement,
  keySource: process.env.KEY_SOURCE === 'passphrase' ? 'passphrase' : 'home',
  home: '/home/alice',
  passphrases: { open: passphrase, create: passphrase, change: async () => textSecret('another one') },
  cost: { memoryKiB: 8192, iterations: 1, parallelism: 1 },
  notice: () => undefined,
});
const named = (account: string) => ({ service: 'example.com', account });
const recordPlacement = (path: string) =>
  createPlacementFile({ path }).update((now) => recordWrite(now, named(argument), 'file', '2026-11-03T09:00:00.000Z'));

async function run(): Promise<unknown> {
  switch (verb) {
    case 'set':
      return store.set(named(argument), textSecret(`secret of ${argument}`));
    case 'reseal':
      return store.reseal('passphrase');
    case 'get':
      return Buffer.from((await store.get(named(argument)))?.expose() ?? []).toString();
    case 'place':
      return recordPlacement(path);
    case 'set and record when stdin ends':
      process.stdout.write('.');
      await once(process.stdin.resume(), 'end');
      await store.set(named(argument), textSecret(`secret of ${argument}`));
      return recordPlacement(join(dirname(path), 'placement.json'));
    case 'set forever':
      for (let round = 0; ; round++) {
        await store.set(named('alice'), textSecret(`${round} `.repeat(2000)));
        process.stdout.write('.');
      }
    case 'hold the lock': {
      const { createLock } = await import('../../src/adapters/files/lock.ts');
      return createLock({ path, label: 'encrypted file' })(async () => {
        process.stdout.write('.');
        await new Promise((done) => setTimeout(done, Number(argument)));
      });
    }
    case 'packages loaded by get':
      await store.get(named(argument));
      return Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('node_modules'));
    case 'set as nobody':
      process.setgid?.(65534);
      process.setuid?.(65534);
      return store.set(named(argument), textSecret('new'));
    case 'get as nobody':
      process.setgid?.(65534);
      process.setuid?.(65534);
      return store.get(named(argument));
    default:
      throw new Error(`unknown verb ${verb}`);
  }
}

try {
  process.stdout.write(`${JSON.stringify({ value: (await run()) ?? null })}\n`);
} catch (error) {
  const { code, message, hint } = error as CredentialError;
  process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`);
}
