import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { answer, missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';
import { createPrivateMachine, missingPrivateMachine, type PrivateMachine } from './support/private-machine.ts';

const ssh = findClient('ssh', { version: ['-V'], atLeast: '8.4' });
const sshd = findClient('sshd', { version: ['-V'] });
const sudo = findClient('sudo');

const password = 's3cret of alice';
const passphrase = 's3cret of the key';

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    ssh,
    `ssh, with keystow as SSH_ASKPASS and ${store}`,
    () => {
      let user: ClientUser;
      let machine: PrivateMachine;
      let key: string;
      beforeEach(async () => {
        machine = createPrivateMachine(password);
        user = await startClientUser({ store, clients: [ssh], environment: { SSH_ASKPASS_REQUIRE: 'force' } });
        const { home, environment } = user.sandbox;
        environment.SSH_ASKPASS = join(home, 'bin/keystow-askpass');
        key = join(home, 'id');
        await user.succeed(`ssh-keygen -q -t ed25519 -N '${passphrase}' -f '${key}'`);
        machine.authorize(readFileSync(`${key}.pub`, 'utf8'));
        configure('StrictHostKeyChecking accept-new');
      });
      afterEach(async () => {
        machine.remove();
        await user.stop();
      });

      /** ssh takes the home from /etc/passwd, and so its own files. */
      function configure(...lines: readonly string[]): void {
        const { home } = user.sandbox;
        const all = ['Host example.com', `ProxyCommand ${machine.sshd}`, `UserKnownHostsFile ${home}/known`, ...lines];
        writeFileSync(join(home, 'config'), `${all.join('\n')}\n`);
      }

      const withKey = () => `ssh -F config -i '${key}' alice@example.com id -un`;
      const withPassword = 'ssh -F config -o PubkeyAuthentication=no alice@example.com id -un';

      test('[ASK10] opens a key with the stored passphrase', async () => {
        await user.succeed(`printf '${passphrase}' | keystow set ssh-key '${key}'`);
        expect(await user.succeed('keystow list')).toBe(`ssh-key\t${key}\n`);
        expect(await user.succeed(withKey())).toBe('alice\n');
        // Relative to the folder that ssh runs in.
        expect(await user.succeed('ssh -F config -i id alice@example.com id -un')).toBe('alice\n');
      });

      test('[ASK11] logs in with the stored password', async () => {
        await user.succeed(`printf '${password}' | keystow set ssh:example.com alice`);
        expect(await user.succeed(withPassword)).toBe('alice\n');
      });

      test('adds a key to the agent', async () => {
        await user.succeed(`printf '${passphrase}' | keystow set ssh-key '${key}'`);
        expect(await user.succeed(`ssh-agent sh -c 'ssh-add "$1" && ssh-add -l' - '${key}'`)).toMatch(/^256 SHA256:/m);
      });

      test('[ASK12] without a stored secret ends without a prompt, and says how to store one', async () => {
        const { exit, stderr } = await user.run(withPassword);
        expect(exit).toBe(255);
        expect(stderr).toContain('hint: store it: keystow set ssh:example.com alice');
        expect(stderr).toMatch(/Permission denied \(.*password.*\)/);
      });

      test('[ASK13] a wrong stored password is tried once', async () => {
        await user.succeed('printf wrong | keystow set ssh:example.com alice');
        const { exit, stderr } = await user.run(`${withPassword} -v`);
        expect(exit).toBe(255);
        expect(stderr.match(/no accepted answer is stored/g)).toHaveLength(2);
        // The next ssh tries it again: it may be right by then.
        await user.succeed(`printf '${password}' | keystow set ssh:example.com alice`);
        expect(await user.succeed(withPassword)).toBe('alice\n');
      });

      test('[ASK14] a wrong stored passphrase does not keep ssh-add in a loop', async () => {
        await user.succeed(`printf wrong | keystow set ssh-key '${key}'`);
        const { exit, stderr } = await user.run(`ssh-agent ssh-add '${key}'`);
        expect(exit).not.toBe(0);
        expect(stderr.match(/no accepted answer is stored/g)).toHaveLength(1);
      });

      test('[ASK15] never decides whether to trust a host', async () => {
        configure('StrictHostKeyChecking ask');
        await user.succeed(`printf '${password}' | keystow set ssh:example.com alice`);
        const { exit, stderr } = await user.run(withPassword);
        expect(exit).toBe(255);
        expect(stderr).toContain('Host key verification failed');
        expect(await user.succeed('cat known 2>/dev/null || echo none')).toBe('none\n');
      });

      describe('on a terminal', () => {
        const run = (command: string) => runOnTerminal(command, user.sandbox.home, user.sandbox.environment);

        test('[ASK16] asks, offers to store the answer, and has it the next time', async ({ skip }) => {
          skip(missingPseudoTerminal() !== undefined, missingPseudoTerminal());
          configure('StrictHostKeyChecking ask');
          const terminal = run(withPassword);
          await answer(terminal, 'Are you sure you want to continue connecting', 'yes');
          await answer(terminal, "alice@example.com's password: ", password);
          await answer(terminal, 'Store it as ssh:example.com alice, for the next time? [y/N] ', 'y');
          expect(await terminal.exit).toBe(0);
          expect(terminal.shown()).not.toContain(password);
          expect(await user.succeed(withPassword)).toBe('alice\n');
        });

        test('[ASK17] replaces a stored password that is wrong', async ({ skip }) => {
          skip(missingPseudoTerminal() !== undefined, missingPseudoTerminal());
          await user.succeed('printf wrong | keystow set ssh:example.com alice');
          const terminal = run(withPassword);
          await answer(
            terminal,
            "keystow: the stored answer was not accepted. alice@example.com's password: ",
            password,
          );
          await answer(terminal, 'for the next time? [y/N] ', 'y');
          expect(await terminal.exit).toBe(0);
          expect(await user.succeed(withPassword)).toBe('alice\n');
        });

        test('Ctrl-C ends ssh, and nothing is stored', async ({ skip }) => {
          skip(missingPseudoTerminal() !== undefined, missingPseudoTerminal());
          const terminal = run(withPassword);
          await terminal.waitFor("alice@example.com's password: ");
          terminal.type('\x03');
          expect(await terminal.exit).not.toBe(0);
          expect(await user.succeed('keystow list')).toBe('');
        });
      });

      if (store === 'the Secret Service') {
        test('[ASK18] a keyring that is locked is an error with a hint', async () => {
          await user.succeed(`printf '${password}' | keystow set ssh:example.com alice`);
          await user.daemons.trigger('restart locked');
          const { exit, stderr } = await user.run(withPassword);
          expect(exit).toBe(255);
          expect(stderr).toMatch(/ is locked\n {2}hint: /);
        });
      }
    },
    sshd.missing ?? missingPrivateMachine() ?? missingDaemons(daemonsOf(store)),
  );
}

describeClient(
  sudo,
  'sudo, with keystow as SUDO_ASKPASS',
  () => {
    let machine: PrivateMachine;
    let user: ClientUser;
    beforeEach(async () => {
      user = await startClientUser();
      machine = createPrivateMachine(password);
      const root = resolve(import.meta.dirname, '../..');
      cpSync(join(root, 'dist/bin'), join(machine.home, 'dist/bin'), { recursive: true });
      cpSync(join(root, 'package.json'), join(machine.home, 'package.json'));
      for (const program of ['keystow', 'keystow-askpass']) {
        const path = join(machine.home, program);
        writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${machine.home}/dist/bin/${program}.cjs' "$@"\n`);
        chmodSync(path, 0o755);
      }
    });
    afterEach(async () => {
      machine.remove();
      await user.stop();
    });

    const asAlice = (line: string) =>
      user.run(machine.asAlice(line, { PATH: '/usr/bin:/bin', SUDO_ASKPASS: `${machine.home}/keystow-askpass` }));

    test('[ASK19] sudo -A uses the stored password', async () => {
      expect(await asAlice(`printf '${password}' | ./keystow set sudo alice`)).toMatchObject({ exit: 0 });
      expect(await asAlice('sudo -A id -un')).toMatchObject({ stdout: 'root\n', exit: 0 });
    });

    test('[ASK20] a wrong password is tried once', async () => {
      expect(await asAlice('printf wrong | ./keystow set sudo alice')).toMatchObject({ exit: 0 });
      const { exit, stderr } = await asAlice('sudo -A id -un');
      expect(exit).toBe(1);
      expect(stderr).toContain('no accepted answer is stored as sudo alice');
    });
  },
  missingPrivateMachine(),
);
