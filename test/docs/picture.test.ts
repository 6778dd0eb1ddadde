import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { formatTerminalSvg, type Recorded } from '../../scripts/terminal-svg.ts';
import { parseDistribution } from '../../src/domain/host-info.ts';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missing as missingGnomeKeyring } from '../support/gnome-keyring.ts';
import { missingPseudoTerminal } from '../support/pseudo-terminal.ts';
import { startSessionBus } from '../support/session-bus.ts';
import { columns, promptVariable, startTypedShell, typeCommand } from './typed-shell.ts';

const missing = missingGnomeKeyring() ?? missingPseudoTerminal() ?? missingDebian();

describeStore("README's picture", 'secret-service', missing, () => {
  test('is a recording of a terminal (npm run docs makes it again)', async () => {
    const svg = formatTerminalSvg(await record(), {
      label: 'A terminal on a machine without a keyring: keystow set, get and doctor, and doctor again after its fix',
      columns,
      rows: 24,
    });
    await expect(svg).toMatchFileSnapshot('../../docs/terminal.svg');
  });
});

/** Types into a shell on a machine with a session bus on which no keyring is running. */
async function record(): Promise<readonly Recorded[]> {
  const bus = await startSessionBus();
  onTestFinished(() => bus.stop());
  // Not in os.tmpdir(): lines are wrapped by the length of this path.
  const home = mkdtempSync('/tmp/keystow-home-');
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const sandbox = new Sandbox({
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: bus.address,
    TOKEN: 's3cret-t0ken',
    ...promptVariable,
  });
  onTestFinished(() => sandbox.remove());
  const terminal = await startTypedShell(sandbox);

  const set = await typeCommand(terminal, 'printf %s "$TOKEN" | keystow set github.com alice');
  const get = await typeCommand(terminal, 'keystow get github.com alice');
  const before = await typeCommand(terminal, 'keystow doctor');
  const lines = stripVTControlCharacters(before.output).split('\r\n');
  const fix = lines[lines.indexOf('To use the Secret Service:') + 1]?.trim() ?? '';
  const fixed = await typeCommand(terminal, fix);
  const unlocked = await typeCommand(terminal, 'keystow unlock', async () => {
    await terminal.waitFor('Password of GNOME Keyring:');
    terminal.type('a password of the tests\r');
  });
  const after = await typeCommand(terminal, 'keystow doctor');
  terminal.type('exit\r');
  await terminal.exit;

  expect(before.output).toContain('skipped: not-running');
  expect(after.output).toContain('the Secret Service is selected');
  const replaced = (text: string) => text.replaceAll(runtime, '/run/user/1000').replaceAll(home, '/home/alice');
  // The daemon logs the time, and the password may be echoed if it is typed before the prompt.
  expect(fixed.output).not.toContain('command not found');
  const [end = ''] = /GNOME Keyring is unlocked\S*/.exec(unlocked.output) ?? [];
  const recording = [
    set,
    get,
    before,
    { command: fix, output: '', pasted: true },
    { command: 'keystow unlock', output: `Password of GNOME Keyring:\r\n${end}\r\n`, waits: 2.5 },
    after,
  ];
  return recording.map((recorded) => ({ ...recorded, output: replaced(recorded.output) }));
}

function missingDebian(): string | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return parseDistribution(release) === 'debian'
    ? undefined
    : 'this machine is not Debian, so doctor suggests other packages';
}
