import { describe, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { tokenAnswer } from '../support/dify-host.ts';
import { missing } from '../support/gnome-keyring.ts';
import { DifyWorld, KeyringWorld } from './dify-world.ts';

describeStore('difyctl with gnome-keyring', 'secret-service', missing(), () => {
  describe.concurrent('in parallel', () => {
    test('[CLI2] stores a sign-in in the unlocked keyring if DIFY_TOKEN_STORAGE is unset or keychain', async (context) => {
      const world = await KeyringWorld.start(context);
      for (const storage of [undefined, 'keychain']) {
        const host = await world.hostOf('alice');
        const { stdout, stderr } = await world.loginAt(host, storage);
        expect(stdout).toBe(
          `signed in as alice@example.com\nstored the sign-in at ${host.url} in the Secret Service\n`,
        );
        expect(stderr).not.toContain('OS keyring not used');
        expect(world.accounts()).toContain(`alice@${host.url}`);
      }
      expect(world.sandbox.run('ls .config/difyctl').stdout).not.toContain('tokens.json');
    });

    test('[CLI3] stores a sign-in as one item with all tokens, and none of them in a file', async (context) => {
      const world = await KeyringWorld.start(context);
      const host = await world.hostOf('alice');
      await world.loginAt(host);
      const { stdout } = world.sandbox.run(`secret-tool lookup service difyctl username alice@${host.url}`);
      expect(JSON.parse(stdout)).toMatchObject({
        kind: 'sign-in',
        issuer: host.url,
        grant: { accessToken: 'token-of-alice', subject: { id: 'alice', email: 'alice@example.com' } },
      });
      const encoded = Buffer.from('token-of-alice').toString('base64').slice(0, 18);
      const found = world.sandbox.run(`grep -rF -e token-of-alice -e '${encoded}' .`);
      expect(found).toMatchObject({ stdout: '', exit: 1 });
    });

    test('[CLI4] stores one item per host and subject, which a second sign-in replaces', async (context) => {
      const world = await KeyringWorld.start(context);
      const alice = tokenAnswer({ token: 'first', account: { id: 'alice' } });
      const bob = tokenAnswer({ token: 'of-bob', account: { id: 'bob' } });
      const again = tokenAnswer({ token: 'second', account: { id: 'alice' } });
      const one = await world.hostOf('', { token: [alice, bob, again] });
      const other = await world.hostOf('alice');
      for (const host of [one, one, other, one]) await world.loginAt(host);
      expect(world.accounts()).toEqual([`alice@${one.url}`, `alice@${other.url}`, `bob@${one.url}`].sort());
      expect(await world.tokenAt(one)).toBe('second');
    });

    test('[CLI5] auth logout --host keeps the sign-ins at other hosts, and --all-hosts removes all', async (context) => {
      const world = await KeyringWorld.start(context);
      const [alice, bob, carol] = [await world.hostOf('alice'), await world.hostOf('bob'), await world.hostOf('carol')];
      for (const host of [alice, bob, carol]) await world.loginAt(host);
      expect((await world.difyctl(`auth logout --host ${bob.url}`)).exit).toBe(0);
      expect(world.accounts()).toEqual([`alice@${alice.url}`, `carol@${carol.url}`]);
      expect((await world.difyctl('auth logout --all-hosts')).exit).toBe(0);
      expect(world.accounts()).toEqual([]);
      expect((await world.difyctl('auth status')).exit).toBe(4);
    });

    test('[CLI6] auth prune removes the sign-ins that are no longer in use from every store', async (context) => {
      const world = await KeyringWorld.start(context);
      const [alice, bob, carol] = [await world.hostOf('alice'), await world.hostOf('bob'), await world.hostOf('carol')];
      await world.loginAt(alice, 'file');
      await world.loginAt(bob);
      await world.loginAt(carol);
      const { stdout } = await world.difyctl('auth prune --dry-run');
      expect(stdout).toBe(`bob at ${bob.url}\nalice at ${alice.url}\n`);
      expect((await world.difyctl('auth prune')).exit).toBe(0);
      expect(world.accounts()).toEqual([`carol@${carol.url}`]);
      expect((await world.difyctl('auth status')).stdout).toContain('carol@example.com');
      expect(await world.tokenAt(alice)).toBe('');
    });

    test('[CLI7] status and token find a sign-in in the keyring whatever DIFY_TOKEN_STORAGE is', async (context) => {
      const world = await KeyringWorld.start(context);
      const host = await world.hostOf('alice');
      await world.loginAt(host);
      for (const storage of ['file', 'keychain', 'auto']) {
        expect((await world.difyctl('auth status', storage)).stdout).toContain('stored in the Secret Service');
        expect(await world.tokenAt(host, storage)).toBe('token-of-alice');
      }
    });

    test('[CLI8] DIFY_TOKEN_STORAGE=file makes login and status use the file, and no keyring', async (context) => {
      const world = await KeyringWorld.start(context);
      const host = await world.hostOf('alice');
      await world.loginAt(host, 'file');
      expect(world.sandbox.run('stat -c %a .config/difyctl/tokens.json').stdout).toBe('600\n');
      expect(world.accounts()).toEqual([]);
      for (const storage of ['file', undefined]) {
        expect((await world.difyctl('auth status', storage)).stdout).toContain('stored in the encrypted file');
        expect(await world.tokenAt(host, storage)).toBe('token-of-alice');
      }
      const status = await world.difyctl('auth status', 'keychain');
      expect(status.stdout).toMatch(/excluded by DIFY_TOKEN_STORAGE=keychain\n {2}hint: unset DIFY_TOKEN_STORAGE/);
      expect(status.exit).toBe(4);
      const token = await world.difyctl('auth token', 'keychain');
      expect(token.stderr).toContain('auth_expired');
      expect({ stdout: token.stdout, exit: token.exit }).toEqual({ stdout: '', exit: 4 });
    });

    test('[CLI9] reports a keyring that is locked after a reboot as the store, and loses nothing with DIFY_TOKEN_STORAGE=file', async (context) => {
      const world = await KeyringWorld.start(context);
      const [alice, bob] = [await world.hostOf('alice'), await world.hostOf('bob')];
      await world.loginAt(alice);
      await world.keyring.restart('locked');
      const { stdout, stderr, exit } = await world.difyctl('auth token');
      expect(stderr).toMatch(/difyctl: difyctl alice@\S+ was stored in the Secret Service on .*locked.*\n {2}hint: /);
      expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
      expect((await world.difyctl('auth status')).stdout).toContain('stored in the Secret Service');
      await world.loginAt(bob, 'file');
      expect(await world.tokenAt(bob, 'file')).toBe('token-of-bob');
      await world.keyring.restart('unlocked');
      expect(await world.tokenAt(alice)).toBe('token-of-alice');
      expect(await world.tokenAt(bob)).toBe('token-of-bob');
    });
  });
});

test('[CLI10] without a Secret Service, DIFY_TOKEN_STORAGE=keychain is an error, and unset or file works', async (context) => {
  const world = new DifyWorld(context);
  const host = await world.hostOf('alice');
  const refused = await world.difyctl(`auth login --host ${host.url}`, 'keychain');
  expect(refused.stderr).toMatch(
    /^difyctl: auth_expired: .* D-Bus session bus.*\(or set DIFY_TOKEN_STORAGE=file\)\n$/s,
  );
  expect(refused.exit).toBe(4);
  for (const storage of [undefined, 'file']) {
    expect((await world.loginAt(host, storage)).stdout).toContain('in the encrypted file');
    expect(await world.tokenAt(host, storage)).toBe('token-of-alice');
    expect((await world.difyctl('auth logout', storage)).exit).toBe(0);
  }
});
