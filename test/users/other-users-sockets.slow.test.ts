import { chmodSync, lchownSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { type Account, findAccounts, missingUsers, root, SharedMachine } from './accounts.ts';

const [alice = root, bob = root] = findAccounts();
const users = 'two-users';

/** A machine where a program stores a secret, with a session bus that a server of the test pretends to be. */
function newMachine() {
  const machine = new SharedMachine();
  onTestFinished(() => machine.remove());
  const homes = new Map([alice, bob, root].map((one) => [one, machine.createFolder(one.name, one, 0o700)]));
  const set = (account: Account, environment: Readonly<Record<string, string>>) =>
    machine.run(account, 'printf s3cret | keystow set demo x', { HOME: homes.get(account) ?? '', ...environment });
  return { machine, set };
}

const byAddress = (socket: string) => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` });

describeStore('nothing connects to a socket that another user could be behind', users, missingUsers(), () => {
  /** Stores a secret while the bus is that socket: in the file, with a warning, without contacting anybody. */
  async function expectIgnored(
    { machine, set }: ReturnType<typeof newMachine>,
    owner: Account,
    socket: string,
    environment: Readonly<Record<string, string>> = byAddress(socket),
    user = alice,
    path = dirname(socket),
  ): Promise<void> {
    const server = await machine.listen(owner, socket);
    chmodSync(socket, 0o777);
    const why = expect.stringContaining(`the D-Bus session bus was not contacted: `);
    const run = set(user, environment);
    expect(run).toMatchObject({ exit: 0, stderr: why });
    expect(run.stderr).toContain(path);
    const required = set(user, { ...environment, KEYSTOW_STORAGE: 'keychain' });
    expect(required).toMatchObject({
      exit: 4,
      stdout: '',
      stderr: expect.stringMatching(
        /not contacted.*\n {2}hint: (set KEYSTOW_STORAGE=file|unset DBUS_SESSION_BUS_ADDRESS)/,
      ),
    });
    expect(server.clients()).toBe(0);
  }

  test('[USR13] Bob’s socket in a folder of root’s', async () => {
    const world = newMachine();
    await expectIgnored(world, bob, join(world.machine.createFolder('shared', root, 0o1777), 'bus'));
  });

  test('[USR14] a socket in Bob’s runtime directory, also if it is Alice’s', async () => {
    for (const owner of [bob, alice]) {
      const world = newMachine();
      const runtime = world.machine.createFolder('runtime', bob, 0o777);
      await expectIgnored(world, owner, join(runtime, 'bus'), { XDG_RUNTIME_DIR: runtime });
    }
  });

  test('[USR15] Alice’s own socket in a folder where Bob can replace it', async () => {
    const world = newMachine();
    await expectIgnored(world, alice, join(world.machine.createFolder('open', alice, 0o777), 'bus'));
  });

  test('[USR16] a socket behind Bob’s link, even if it is Alice’s', async () => {
    const world = newMachine();
    const shared = world.machine.createFolder('shared', root, 0o1777);
    const socket = join(world.machine.createFolder('runtime', alice, 0o700), 'bus');
    const link = join(shared, 'bus');
    symlinkSync(socket, link);
    lchownSync(link, bob.uid, bob.gid);
    await expectIgnored(world, alice, socket, byAddress(link), alice, link);
  });

  test('[USR17] Alice’s bus, if root runs the program', async () => {
    const world = newMachine();
    const runtime = world.machine.createFolder('runtime', alice, 0o700);
    await expectIgnored(world, alice, join(runtime, 'bus'), { XDG_RUNTIME_DIR: runtime }, root);
  });
});

describeStore('a program connects to', users, missingUsers(), () => {
  test.for([
    ['a socket of her own in a folder of her own', alice, alice, 0o700],
    ['a socket of her own in a shared folder of root’s', alice, root, 0o1777],
    ['a socket of her own in a folder that only her own group can write to', alice, alice, 0o770],
    ['a socket of root’s', root, root, 0o755],
  ] as const)('[USR18] %s', async ([, owner, folderOwner, mode]) => {
    const { machine, set } = newMachine();
    const socket = join(machine.createFolder('bus', folderOwner, mode), 'bus');
    const server = await machine.listen(owner, socket);
    chmodSync(socket, 0o777);
    set(alice, byAddress(socket));
    await expect.poll(() => server.clients()).toBeGreaterThan(0);
  });

  test('[USR19] her own socket behind her own link', async () => {
    const { machine, set } = newMachine();
    const socket = join(machine.createFolder('bus', alice, 0o700), 'bus');
    const link = join(machine.createFolder('links', alice, 0o700), 'bus');
    symlinkSync(socket, link);
    lchownSync(link, alice.uid, alice.gid);
    const server = await machine.listen(alice, socket);
    set(alice, byAddress(link));
    await expect.poll(() => server.clients()).toBeGreaterThan(0);
  });

  test('[USR20] an abstract socket, whose owner nobody can find out', async () => {
    if (!readFileSync('/proc/version', 'utf8').startsWith('Linux')) return;
    const { machine, set } = newMachine();
    const name = `keystow-tests-${process.pid}`;
    const server = await machine.listen(alice, `\0${name}`);
    set(alice, { DBUS_SESSION_BUS_ADDRESS: `unix:abstract=${name}` });
    await expect.poll(() => server.clients()).toBeGreaterThan(0);
  });

  test('[USR21] the next address, if the first is another user’s', async () => {
    const { machine, set } = newMachine();
    const shared = machine.createFolder('shared', root, 0o1777);
    const [theirs, own] = [join(shared, 'theirs'), join(shared, 'own')];
    const servers = [await machine.listen(bob, theirs), await machine.listen(alice, own)];
    chmodSync(theirs, 0o777);
    set(alice, { DBUS_SESSION_BUS_ADDRESS: `unix:path=${theirs};unix:path=${own}` });
    await expect.poll(() => servers[1]?.clients()).toBeGreaterThan(0);
    expect(servers[0]?.clients()).toBe(0);
  });

  test('[USR22] nobody in a user namespace where the socket’s owner is unknown, and says how to go on', async (context) => {
    const { machine } = newMachine();
    const unshare = 'unshare --user --map-root-user';
    if (machine.run(alice, `${unshare} true`).exit !== 0) context.skip('user namespaces are disabled');
    const socket = join(machine.createFolder('shared', root, 0o1777), 'bus');
    const server = await machine.listen(bob, socket);
    chmodSync(socket, 0o777);
    const environment = {
      HOME: machine.createFolder('home', alice, 0o700),
      ...byAddress(socket),
      KEYSTOW_STORAGE: 'keychain',
    };
    const run = machine.run(alice, `printf s | ${unshare} "$node" "$script" set demo x`, environment);
    expect(run).toMatchObject({
      exit: 4,
      stderr: expect.stringMatching(/user namespace.*\n {2}hint: set KEYSTOW_STORAGE=file/),
    });
    expect(server.clients()).toBe(0);
  });
});
