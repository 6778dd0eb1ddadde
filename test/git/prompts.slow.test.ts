import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingGit } from '../support/git-host.ts';
import { answer, missingPseudoTerminal, type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { type GitUser, startGitUser } from './git-user.ts';

const passphrase = 'correct horse battery staple';
const place = 'protocol=https\\nhost=example.com\\n';
const prompt = 'Enter passphrase for CLI credentials:';

describeStore(
  'git on a terminal, with a file that needs a passphrase',
  'git',
  missingGit() ?? missingPseudoTerminal(),
  () => {
    let user: GitUser;
    beforeEach(async () => {
      user = await startGitUser(undefined);
      const sealed = `KEYSTOW_SEAL=passphrase KEYSTOW_ALLOW_ENV_PASSPHRASE=1 KEYSTOW_CREDENTIALS_PASSPHRASE='${passphrase}'`;
      const { exit } = await user.run(`git config --global credential.helper keystow
      printf '${place}username=alice\\npassword=s3cret\\n' | ${sealed} git credential approve`);
      expect(exit).toBe(0);
    });
    afterEach(() => user.stop());

    const fill = (extra: Record<string, string> = {}): PseudoTerminal => {
      const { home, environment } = user.sandbox;
      return runOnTerminal(`printf '${place}\\n' | git credential fill`, home, { ...environment, ...extra });
    };

    test('prompts for the passphrase on the terminal, although stdin belongs to git', async () => {
      const git = fill();
      await answer(git, prompt, passphrase);
      expect(await git.exit).toBe(0);
      expect(git.shown()).toContain('username=alice\r\npassword=s3cret\r\n');
      expect(git.shown()).not.toContain('horse');
    });

    test('tells git to quit if the user cancels the prompt', async () => {
      const git = fill();
      await git.waitFor(prompt);
      git.type('\x03');
      expect(await git.exit).toBe(128);
      expect(git.shown()).toContain("credential helper 'keystow' told us to quit");
      expect(git.shown()).not.toContain('Username');
    });

    test('does not prompt if git may not prompt', async () => {
      const git = fill({ GIT_TERMINAL_PROMPT: '0' });
      expect(await git.exit).toBe(128);
      expect(git.shown()).not.toContain(prompt);
      expect(stripVTControlCharacters(git.shown())).toContain('keystow: Cannot prompt for passphrase');
      expect(git.shown()).toContain('terminal prompts disabled');
    });
  },
);
