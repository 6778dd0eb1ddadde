import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { missing, startGnomeKeyring } from '../test/support/gnome-keyring.ts';
import { crowds } from './crowd.ts';
import { name, newHome, token } from './homes.ts';
import { keystow } from './keystow.ts';
import { oneGet } from './one-get.ts';
import { page } from './page.ts';
import { scaleOfFile, scaleOfKeyring } from './scale.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '60' }, write: { type: 'boolean', default: false } },
});
const runs = Number(values.runs);

const why = missing();
if (why !== undefined) throw new Error(`the Secret Service cannot be measured here: ${why}`);
const keyring = await startGnomeKeyring('unlocked');
try {
  const session = { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address };
  const { argv, env, input } = keystow('', ['set', name.service, name.account], newHome(session), token);
  const [program = '', ...args] = argv;
  if (spawnSync(program, args, { env, input }).status !== 0) throw new Error('the keyring does not keep a token');
  const say = (text: string) => process.stderr.write(`${text} …\n`);
  say('one read');
  const read = await oneGet(session, runs);
  say('scale of the file');
  const file = await scaleOfFile(runs);
  say('scale of the Secret Service');
  const service = await scaleOfKeyring(session, runs);
  say('crowds');
  const drawn = page([read, file, service, await crowds(session)], runs);
  process.stdout.write(drawn);
  if (values.write) writeFileSync('docs/performance.md', drawn);
} finally {
  await keyring.stop();
}
