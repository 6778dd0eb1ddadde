import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { formatTerminalSvg, type Recorded } from '../../scripts/terminal-svg.ts';
import { parseDistribution } from '../../src/domain/host-info.ts';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missing as missingGnomeKeyring } from '../support/gnome-keyring.ts';
import { missingPseudoTerminal, type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { startSessionBus } from '../support/session-bus.ts';

const columns = 92;
const prompt = '\u001b[1;32m$\u001b[0m ';
const shellPrompt = '\\[\\e[1;32m\\]$\\[\\e[0m\\] ';

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
    PS1: shellPrompt,
  });
  onTestFinished(() => sandbox.remove());
  const shell = `stty cols ${columns}; exec bash --noprofile --norc --noediting -i`;
  const terminal = runOnTerminal(shell, sandbox.home, sandbox.environment, 120_000);
  await terminal.waitFor(prompt);

  const set = await run(terminal, 'printf %s "$TOKEN" | keystow set github.com alice');
  const get = await run(terminal, 'keystow get github.com alice');
  const before = await run(terminal, 'keystow doctor');
  const lines = stripVTControlCharacters(before.output).split('\r\n');
  const fix = lines[lines.indexOf('To use the Secret Service:') + 1]?.trim() ?? '';
  const fixed = await run(terminal, fix);
  const unlocked = await run(terminal, 'keystow unlock', async () => {
    await terminal.waitFor('Password of GNOME Keyring:');
    terminal.type('a password of the tests\r');
  });
  const after = await run(terminal, 'keystow doctor');
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

async function run(terminal: PseudoTerminal, command: string, answer = async () => {}): Promise<Recorded> {
  const start = terminal.shown().length;
  terminal.type(`${command}\r`);
  await answer();
  await terminal.waitFor(prompt);
  const shown = terminal.shown().slice(start);
  return { command, output: shown.slice(shown.indexOf('\n') + 1, shown.lastIndexOf(prompt)) };
}

function missingDebian(): string | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return parseDistribution(release) === 'debian'
    ? undefined
    : 'this machine is not Debian, so doctor suggests other packages';
}
