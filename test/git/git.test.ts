import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Run } from '../cli/sandbox.ts';
import { missingSurroundings } from '../cli/surroundings.ts';
import { describeStore } from '../contract/require-stores.ts';
import { type GitAccount, type GitHost, missingGit, startGitHost } from '../support/git-host.ts';
import { type GitUser, startGitUser } from './git-user.ts';

const setUp = 'git config --global credential.helper keystow';
const commit = 'git commit --quiet --allow-empty --message=more';

for (const store of ['the encrypted file', 'the Secret Service']) {
  const wanted = store === 'the Secret Service' ? 'gnome-keyring unlocked' : undefined;
  describeStore(`git, with keystow and ${store}`, 'git', missingGit() ?? missingSurroundings(wanted), () => {
    let user: GitUser;
    let hosts: GitHost[];
    beforeEach(async () => {
      user = await startGitUser(wanted);
      hosts = [];
      done(await user.run(setUp));
    });
    afterEach(async () => {
      await user.stop();
      await Promise.all(hosts.map((host) => host.stop()));
    });

    async function start(...accounts: GitAccount[]): Promise<GitHost> {
      const host = await startGitHost(accounts);
      hosts.push(host);
      return host;
    }

    const alice = () => ({ repository: 'a.git', user: 'alice', password: 's3cret' });

    test('[GIT1] asks once: clone, fetch and push go on without asking anybody', async () => {
      const { host, visits } = await start(alice());
      done(await user.run(`git clone --quiet http://${host}/a.git a`, { Username: 'alice', Password: 's3cret' }));
      expect(user.asked()).toEqual([`Username for 'http://${host}': `, `Password for 'http://alice@${host}': `]);
      expect(user.sandbox.run('keystow list').stdout).toBe(`git-credential:http://${host}\talice\n`);
      expect(user.sandbox.run(`keystow get git-credential:http://${host} alice`).stdout).toBe('s3cret');

      done(await user.run(`cd a && ${commit} && git push --quiet && git fetch --quiet`));
      done(await user.run(`git clone --quiet http://${host}/a.git b`));
      expect(user.sandbox.run('cd b && git log --format=%s').stdout).toBe('more\n');
      expect(user.asked()).toEqual([]);
      expect(visits.filter((visit) => visit !== 'alice' && visit !== '-')).toEqual([]);
    });

    test('a password that no longer serves is erased, and the next one is asked for and kept', async () => {
      const account = alice();
      const { host } = await start(account);
      const url = `http://${host}/a.git`;
      done(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret' }));
      account.password = 's3cret-2';
      const refused = await user.run(`git ls-remote ${url}`);
      expect(refused).toMatchObject({ stderr: expect.stringContaining('Authentication failed'), exit: 128 });
      expect(user.sandbox.run('keystow list').stdout).toBe('');

      user.asked();
      done(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret-2' }));
      expect(user.asked()).toHaveLength(2);
      done(await user.run(`git ls-remote ${url}`));
      expect(user.asked()).toEqual([]);
    });

    test('a password mistyped is not kept', async () => {
      const { host } = await start(alice());
      const refused = await user.run(`git ls-remote http://${host}/a.git`, { Username: 'alice', Password: 'wrong' });
      expect(refused.exit).toBe(128);
      expect(user.sandbox.run('keystow list').stdout).toBe('');
    });

    test('two users of one host have a password each, and the one stored last serves where none is named', async () => {
      const { host, visits } = await start(alice(), { repository: 'a.git', user: 'bob', password: 's3cret-b' });
      done(await user.run(`git ls-remote http://bob@${host}/a.git`, { Password: 's3cret-b' }));
      done(await user.run(`git ls-remote http://alice@${host}/a.git`, { Password: 's3cret' }));
      expect(user.asked()).toEqual([`Password for 'http://bob@${host}': `, `Password for 'http://alice@${host}': `]);

      for (const [who, url] of [
        ['bob', `http://bob@${host}/a.git`],
        ['alice', `http://alice@${host}/a.git`],
        ['alice', `http://${host}/a.git`],
      ] as const) {
        const before = visits.length;
        done(await user.run(`git ls-remote ${url}`));
        expect(new Set(visits.slice(before).filter((visit) => !visit.startsWith('-')))).toEqual(new Set([who]));
      }
      expect(user.asked()).toEqual([]);
    });

    test('with useHttpPath each repository of a host has a credential of its own', async () => {
      const { host } = await start(alice(), { repository: 'b.git', user: 'bob', password: 's3cret-b' });
      done(await user.run('git config --global credential.useHttpPath true'));
      done(await user.run(`git ls-remote http://${host}/a.git`, { Username: 'alice', Password: 's3cret' }));
      done(await user.run(`git ls-remote http://${host}/b.git`, { Username: 'bob', Password: 's3cret-b' }));
      expect(user.asked()).toHaveLength(4);
      for (const repository of ['a.git', 'b.git']) done(await user.run(`git ls-remote http://${host}/${repository}`));
      expect(user.asked()).toEqual([]);
      expect(user.sandbox.run('keystow list').stdout).toBe(
        `git-credential:http://${host}/a.git\talice\ngit-credential:http://${host}/b.git\tbob\n`,
      );
    });

    test('[GIT2] what is kept for one port is not given to another', async () => {
      const [first, second] = [await start(alice()), await start(alice())];
      done(await user.run(`git ls-remote http://${first.host}/a.git`, { Username: 'alice', Password: 's3cret' }));
      user.asked();
      const refused = await user.run(`git ls-remote http://${second.host}/a.git`);
      expect(refused.exit).toBe(128);
      expect(user.asked()).toEqual([`Username for 'http://${second.host}': `]);
      expect(second.visits).toEqual(['-']);
    });

    test('what another helper has moves over, once both are asked', async () => {
      const { host } = await start(alice());
      done(
        await user.run(`git config --global credential.helper store && git ls-remote http://${host}/a.git`, {
          Username: 'alice',
          Password: 's3cret',
        }),
      );
      user.asked();
      done(await user.run(`git config --global --add credential.helper keystow && git ls-remote http://${host}/a.git`));
      done(await user.run(`git config --global --unset credential.helper store && rm .git-credentials`));
      done(await user.run(`git ls-remote http://${host}/a.git`));
      expect(user.asked()).toEqual([]);
    });

    test("git's own words get through whole: fill, approve and reject, with a line of any length", async () => {
      const longest = 's3cret'.padEnd(65_535 - 'password=\n'.length, 'x');
      const place = 'protocol=https\\nhost=example.com\\n';
      const git = (action: string, text: string) => user.run(`printf '${text}' | git credential ${action}`);
      done(await git('approve', `${place}username=alice\\npassword=${longest}\\n`));
      expect((await git('fill', place)).stdout).toBe(
        `protocol=https\nhost=example.com\nusername=alice\npassword=${longest}\n`,
      );
      done(await git('reject', `${place}username=alice\\npassword=other\\n`));
      expect(user.sandbox.run('keystow list').stdout).not.toBe('');
      done(await git('reject', `${place}username=alice\\npassword=${longest}\\n`));
      expect(user.sandbox.run('keystow list').stdout).toBe('');
      // As a host has it that takes who you are from elsewhere, such as Kerberos.
      done(await git('approve', `${place}username=\\npassword=\\n`));
      expect((await git('fill', place)).stdout).toBe('protocol=https\nhost=example.com\nusername=\npassword=\n');
    });
  });
}

describeStore(
  'git, with a keyring that is locked',
  'git',
  missingGit() ?? missingSurroundings('gnome-keyring locked'),
  () => {
    test('is told why there is no password, and nobody is asked to unlock anything', async () => {
      const user = await startGitUser('gnome-keyring unlocked');
      const host = await startGitHost([{ repository: 'a.git', user: 'alice', password: 's3cret' }]);
      try {
        done(await user.run(setUp));
        const url = `http://${host.host}/a.git`;
        done(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret' }));
        await user.surroundings.befall('restart locked');
        user.asked();
        const refused = await user.run(`git ls-remote ${url}`);
        expect(refused.exit).toBe(128);
        expect(refused.stderr).toMatch(
          /^keystow: git-credential:http:\S+ alice was stored in the Secret Service on .*locked/,
        );
        expect(user.asked()).toEqual([`Username for 'http://${host.host}': `]);
        // Typed after all, it is kept where it can be.
        done(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret' }));
        done(await user.run(`git ls-remote ${url}`));
      } finally {
        await user.stop();
        await host.stop();
      }
    });
  },
);

function done({ stderr, exit }: Run): void {
  expect({ stderr, exit }).toEqual({ stderr: expect.any(String), exit: 0 });
}
