import { expect, onTestFinished, test } from 'vitest';
import { terminalSvg } from '../../scripts/terminal-svg.ts';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { missingPseudoTerminal, onTerminal } from '../support/pseudo-terminal.ts';

const commands = [
  'printf %s "$TOKEN" | keystow set github.com alice',
  'keystow get github.com alice',
  'keystow list',
  'keystow doctor',
];

describeStore('README’s picture', 'secret-service', missing() ?? missingPseudoTerminal(), () => {
  test('is what a terminal shows (npm run docs records it again)', async () => {
    const keyring = await startGnomeKeyring('unlocked');
    onTestFinished(() => keyring.stop());
    const sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: keyring.bus.address, TOKEN: 's3cret-t0ken' });
    onTestFinished(() => sandbox.remove());
    let shown = '';
    for (const command of commands) {
      const terminal = onTerminal(command, sandbox.home, sandbox.environment);
      expect(await terminal.exit).toBe(0);
      shown += `\u001b[1;32m$\u001b[0m ${command}\n${terminal.shown()}`;
    }
    await expect(terminalSvg(shown.replaceAll(sandbox.home, '~'), 80)).toMatchFileSnapshot('../../docs/terminal.svg');
  });
});
