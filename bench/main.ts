import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { missing, startGnomeKeyring } from '../test/support/gnome-keyring.ts';
import { crowds } from './crowd.ts';
import { embedding } from './embedding.ts';
import { helperReads } from './helpers.ts';
import { name, newHome, token } from './homes.ts';
import { keystow } from './keystow.ts';
import { oneGet } from './one-get.ts';
import { page, type Section } from './page.ts';
import { scaleOfFile, scaleOfKeyring } from './scale.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
    /** Measures and prints only the encrypted file with a growing number of credentials. Needs no Secret Service. */
    file: { type: 'boolean', default: false },
    /** Measures and prints only what a program gets that embeds keystow. */
    embedding: { type: 'boolean', default: false },
    /** Measures and prints only what a credential helper answers. */
    helpers: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);

if (values.file) {
  process.stdout.write(page([await scaleOfFile(runs)], runs));
  process.exit();
}

const reason = missing();
if (reason !== undefined) throw new Error(`can't measure the Secret Service: ${reason}`);
const keyring = await startGnomeKeyring('unlocked');
try {
  const session = { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address };
  const { argv, env, input } = keystow('', ['set', name.service, name.account], newHome(session), token);
  const [program = '', ...args] = argv;
  if (spawnSync(program, args, { env, input }).status !== 0) throw new Error('the keyring did not store the token');
  const markdown = page(await measureSections(session), runs);
  process.stdout.write(markdown);
  if (values.write) writeFileSync('docs/performance.md', markdown);
} finally {
  await keyring.stop();
}

async function measureSections(session: Readonly<Record<string, string>>): Promise<readonly Section[]> {
  const log = (text: string) => process.stderr.write(`${text} …\n`);
  if (values.helpers) return [await helperReads(session, runs)];
  log('embedding');
  const embedded = await embedding(session, runs);
  if (values.embedding) return [embedded];
  log('one read');
  const read = await oneGet(session, runs);
  log('helpers');
  const helpers = await helperReads(session, runs);
  log('scale of the file');
  const file = await scaleOfFile(runs);
  log('scale of the Secret Service');
  const service = await scaleOfKeyring(session, runs);
  log('crowds');
  return [read, helpers, embedded, file, service, await crowds(session)];
}
