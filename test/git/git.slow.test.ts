import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import type { Run } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { type GitAccount, type GitHost, missingGit, startGitHost } from '../support/git-host.ts';
import { type GitUser, startGitUser } from './git-user.ts';

const configure = 'git config --global credential.helper keystow';
const commit = 'git commit --quiet --allow-empty --message=more';

for (const store of ['the encrypted file', 'the Secret Service']) {
  const wanted = store === 'the Secret Service' ? 'gnome-keyring unlocked' : undefined;
  describeStore(`git, with keystow and ${store}`, 'git', missingGit() ?? missingDaemons(wanted), () => {
    let user: GitUser;
    let hosts: GitHost[];
    beforeEach(async () => {
      user = await startGitUser(wanted);
      hosts = [];
      expectSuccess(await user.run(configure));
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

    test('[GIT1] prompts once: clone, fetch and push need no further prompt', async () => {
      const { host, visits } = await start(alice());
      expectSuccess(
        await user.run(`git clone --quiet http://${host}/a.git a`, { Username: 'alice', Password: 's3cret' }),
      );
      expect(user.takePrompts()).toEqual([`Username for 'http://${host}': `, `Password for 'http://alice@${host}': `]);
      expect(user.sandbox.run('keystow list').stdout).toBe(`git-credential:http://${host}\talice\n`);
      expect(user.sandbox.run(`keystow get git-credential:http://${host} alice`).stdout).toBe('s3cret');

      expectSuccess(await user.run(`cd a && ${commit} && git push --quiet && git fetch --quiet`));
      expectSuccess(await user.run(`git clone --quiet http://${host}/a.git b`));
      expect(user.sandbox.run('cd b && git log --format=%s').stdout).toBe('more\n');
      expect(user.takePrompts()).toEqual([]);
      expect(visits.filter((visit) => visit !== 'alice' && visit !== '-')).toEqual([]);
    });

    test('stores the same password again after it has expired', async () => {
      const { host } = await start(alice());
      const expired = `protocol=http\\nhost=${host}\\nusername=alice\\npassword=s3cret\\npassword_expiry_utc=1\\n`;
      expectSuccess(await user.run(`printf '${expired}' | git-credential-keystow store`));
      const list = `git ls-remote http://${host}/a.git`;
      expectSuccess(await user.run(list, { Username: 'alice', Password: 's3cret' }));
      expect(user.takePrompts()).toHaveLength(2);
      expectSuccess(await user.run(list));
      expect(user.takePrompts()).toEqual([]);
    });

    test('erases a rejected password, and stores the next one', async () => {
      const account = alice();
      const { host } = await start(account);
      const url = `http://${host}/a.git`;
      expectSuccess(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret' }));
      account.password = 's3cret-2';
      const rejected = await user.run(`git ls-remote ${url}`);
      expect(rejected).toMatchObject({ stderr: expect.stringContaining('Authentication failed'), exit: 128 });
      expect(user.sandbox.run('keystow list').stdout).toBe('');

      user.takePrompts();
      expectSuccess(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret-2' }));
      expect(user.takePrompts()).toHaveLength(2);
      expectSuccess(await user.run(`git ls-remote ${url}`));
      expect(user.takePrompts()).toEqual([]);
    });

    test('does not store a password that the host rejects', async () => {
      const { host } = await start(alice());
      const rejected = await user.run(`git ls-remote http://${host}/a.git`, { Username: 'alice', Password: 'wrong' });
      expect(rejected.exit).toBe(128);
      expect(user.sandbox.run('keystow list').stdout).toBe('');
    });

    test('stores a password for each user of a host, and uses the newest one if the URL has no user', async () => {
      const { host, visits } = await start(alice(), { repository: 'a.git', user: 'bob', password: 's3cret-b' });
      expectSuccess(await user.run(`git ls-remote http://bob@${host}/a.git`, { Password: 's3cret-b' }));
      expectSuccess(await user.run(`git ls-remote http://alice@${host}/a.git`, { Password: 's3cret' }));
      expect(user.takePrompts()).toEqual([
        `Password for 'http://bob@${host}': `,
        `Password for 'http://alice@${host}': `,
      ]);

      for (const [who, url] of [
        ['bob', `http://bob@${host}/a.git`],
        ['alice', `http://alice@${host}/a.git`],
        ['alice', `http://${host}/a.git`],
      ] as const) {
        const before = visits.length;
        expectSuccess(await user.run(`git ls-remote ${url}`));
        expect(new Set(visits.slice(before).filter((visit) => !visit.startsWith('-')))).toEqual(new Set([who]));
      }
      expect(user.takePrompts()).toEqual([]);
    });

    test('stores a credential for each repository of a host with useHttpPath', async () => {
      const { host } = await start(alice(), { repository: 'b.git', user: 'bob', password: 's3cret-b' });
      expectSuccess(await user.run('git config --global credential.useHttpPath true'));
      expectSuccess(await user.run(`git ls-remote http://${host}/a.git`, { Username: 'alice', Password: 's3cret' }));
      expectSuccess(await user.run(`git ls-remote http://${host}/b.git`, { Username: 'bob', Password: 's3cret-b' }));
      expect(user.takePrompts()).toHaveLength(4);
      for (const repository of ['a.git', 'b.git'])
        expectSuccess(await user.run(`git ls-remote http://${host}/${repository}`));
      expect(user.takePrompts()).toEqual([]);
      expect(user.sandbox.run('keystow list').stdout).toBe(
        `git-credential:http://${host}/a.git\talice\ngit-credential:http://${host}/b.git\tbob\n`,
      );
    });

    test('[GIT2] does not send the password of one port to another', async () => {
      const [first, second] = [await start(alice()), await start(alice())];
      expectSuccess(
        await user.run(`git ls-remote http://${first.host}/a.git`, { Username: 'alice', Password: 's3cret' }),
      );
      user.takePrompts();
      const rejected = await user.run(`git ls-remote http://${second.host}/a.git`);
      expect(rejected.exit).toBe(128);
      expect(user.takePrompts()).toEqual([`Username for 'http://${second.host}': `]);
      expect(second.visits).toEqual(['-']);
    });

    test('takes over the passwords of another helper that is configured before it', async () => {
      const { host } = await start(alice());
      expectSuccess(
        await user.run(`git config --global credential.helper store && git ls-remote http://${host}/a.git`, {
          Username: 'alice',
          Password: 's3cret',
        }),
      );
      user.takePrompts();
      expectSuccess(
        await user.run(`git config --global --add credential.helper keystow && git ls-remote http://${host}/a.git`),
      );
      expectSuccess(await user.run(`git config --global --unset credential.helper store && rm .git-credentials`));
      expectSuccess(await user.run(`git ls-remote http://${host}/a.git`));
      expect(user.takePrompts()).toEqual([]);
    });

    test('fills, approves and rejects credentials with lines of the maximum length', async () => {
      const longest = 's3cret'.padEnd(65_535 - 'password=\n'.length, 'x');
      const place = 'protocol=https\\nhost=example.com\\n';
      const git = (action: string, text: string) => user.run(`printf '${text}' | git credential ${action}`);
      expectSuccess(await git('approve', `${place}username=alice\\npassword=${longest}\\n`));
      expect((await git('fill', place)).stdout).toBe(
        `protocol=https\nhost=example.com\nusername=alice\npassword=${longest}\n`,
      );
      expectSuccess(await git('reject', `${place}username=alice\\npassword=other\\n`));
      expect(user.sandbox.run('keystow list').stdout).not.toBe('');
      expectSuccess(await git('reject', `${place}username=alice\\npassword=${longest}\\n`));
      expect(user.sandbox.run('keystow list').stdout).toBe('');
      // A host that authenticates in another way, such as Kerberos, has an empty user name and password.
      expectSuccess(await git('approve', `${place}username=\\npassword=\\n`));
      expect((await git('fill', place)).stdout).toBe('protocol=https\nhost=example.com\nusername=\npassword=\n');
    });
  });
}

describeStore('git, with a locked keyring', 'git', missingGit() ?? missingDaemons('gnome-keyring locked'), () => {
  test('shows why keystow returns no password, and nobody is prompted to unlock the keyring', async () => {
    const user = await startGitUser('gnome-keyring unlocked');
    const host = await startGitHost([{ repository: 'a.git', user: 'alice', password: 's3cret' }]);
    try {
      expectSuccess(await user.run(configure));
      const url = `http://${host.host}/a.git`;
      expectSuccess(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret' }));
      await user.surroundings.trigger('restart locked');
      user.takePrompts();
      const rejected = await user.run(`git ls-remote ${url}`);
      expect(rejected.exit).toBe(128);
      expect(rejected.stderr).toMatch(
        /^keystow: git-credential:http:\S+ alice was stored in the Secret Service on .*locked/,
      );
      expect(user.takePrompts()).toEqual([`Username for 'http://${host.host}': `]);
      // A password that the user then types is stored in the file.
      expectSuccess(await user.run(`git ls-remote ${url}`, { Username: 'alice', Password: 's3cret' }));
      expectSuccess(await user.run(`git ls-remote ${url}`));
    } finally {
      await user.stop();
      await host.stop();
    }
  });
});

function expectSuccess({ stderr, exit }: Run): void {
  expect({ stderr, exit }).toEqual({ stderr: expect.any(String), exit: 0 });
}
