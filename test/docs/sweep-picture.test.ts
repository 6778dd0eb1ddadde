import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { formatTerminalSvg, type Recorded } from '../../scripts/terminal-svg.ts';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingPseudoTerminal } from '../support/pseudo-terminal.ts';
import { missingProgram } from '../support/session-bus.ts';
import { createTenFiles, secrets, tenFiles } from '../sweep/ten-files.ts';
import { columns, promptVariable, startTypedShell, typeCommand } from './typed-shell.ts';

describeStore("README's second picture", 'git', missingProgram('git') ?? missingPseudoTerminal(), () => {
  test('is a recording of a terminal (npm run docs makes it again)', async () => {
    const recording = await record();
    for (const { output } of recording) {
      for (const secret of Object.values(secrets)) expect(output).not.toContain(secret.slice(0, 6));
    }
    const svg = formatTerminalSvg(recording, {
      label:
        'A terminal: keystow sweep finds ten credentials in plain text, --move moves eight of them, and --undo takes that back',
      columns,
      rows: 30,
    });
    await expect(svg).toMatchFileSnapshot('../../docs/sweep.svg');
  });
});

/** Types into a shell in a home with ten plain-text credentials, and without a keyring. */
async function record(): Promise<readonly Recorded[]> {
  // Not in os.tmpdir(): lines are wrapped by the length of this path.
  const home = mkdtempSync('/tmp/keystow-home-');
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  chmodSync(home, 0o755);
  createTenFiles(home);
  const sandbox = new Sandbox({ HOME: home, KEYSTOW_STORAGE: 'file', ...promptVariable });
  onTestFinished(() => sandbox.remove());
  sandbox.environment.PATH = `${home}/.config/keystow/bin:${sandbox.environment.PATH}`;
  const terminal = await startTypedShell(sandbox);
  const commands = ['keystow sweep', 'keystow sweep --move --yes', 'keystow sweep', 'keystow sweep --undo --yes'];
  const recording: Recorded[] = [];
  for (const command of commands) recording.push(await typeCommand(terminal, command));
  terminal.type('exit\r');
  await terminal.exit;
  for (const [name, text] of Object.entries(tenFiles)) expect(readFileSync(join(home, name), 'utf8')).toBe(text);
  const replaced = (text: string) => text.replaceAll(sandbox.home, '/home/alice').replaceAll(home, '/home/alice');
  return recording.map((recorded) => ({ ...recorded, output: replaced(recorded.output) }));
}
