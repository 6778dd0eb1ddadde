import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { type Account, findAccounts, missingUsers, type Run, root, SharedMachine } from './accounts.ts';

const [alice = root, bob = root] = findAccounts();
/** Without an account. */
const stranger: Account = { name: 'stranger', uid: 4711, gid: 4711 };
const users = 'two-users';
const modeOf = (path: string) => statSync(path).mode & 0o7777;

/** Alice's home directory, and how she and others run programs with it. */
function newMachine() {
  const machine = new SharedMachine();
  onTestFinished(() => machine.remove());
  const home = machine.createFolder('alice', alice);
  const folder = join(home, '.config/keystow');
  const environment = { HOME: home, KEYSTOW_STORAGE: 'file' };
  const as = (account: Account, command: string, extra: Readonly<Record<string, string>> = {}) =>
    machine.run(account, command, { ...environment, ...extra });
  return { machine, home, folder, file: join(folder, 'credentials.json'), as };
}

/** The same with a secret that Alice has stored, and what Bob makes of it: a file that opens in her place. */
function newVictim() {
  const victim = newMachine();
  expect(victim.as(alice, 'umask 022; printf hers | keystow set demo alice')).toMatchObject({ exit: 0 });
  chmodSync(join(victim.home, '.config'), 0o755);
  const planted = victim.machine.createFolder('planted', bob);
  const plant = victim.as(bob, 'printf planted | keystow set demo alice', { KEYSTOW_CONFIG_DIR: planted });
  expect(plant).toMatchObject({ exit: 0 });
  return { ...victim, planted: join(planted, 'credentials.json') };
}

const refusal = (fix: string): Run => ({
  stdout: '',
  stderr: expect.stringContaining(`hint: ${fix}\n`),
  exit: 1,
});

describeStore(
  'what Bob could have written is neither read nor replaced, and doctor prints the command to run',
  users,
  missingUsers(),
  () => {
    test.each(['', '1'])('[USR1] a file that everybody can write to, with KEYSTOW_QUIET=%j', (quiet) => {
      const { as, file, folder, planted } = newVictim();
      chmodSync(folder, 0o755);
      chmodSync(file, 0o666);
      expect(as(bob, `cat ${planted} >${file}`)).toMatchObject({ exit: 0 });
      const before = readFileSync(file);
      const fix = `chmod go-w ${file}`;
      for (const command of ['keystow get demo alice', 'keystow list']) {
        expect(as(alice, command, { KEYSTOW_QUIET: quiet })).toEqual(refusal(fix));
      }
      expect(as(alice, 'printf new | keystow set demo alice', { KEYSTOW_QUIET: quiet })).toEqual(refusal(fix));
      expect(as(alice, 'keystow delete demo alice', { KEYSTOW_QUIET: quiet })).toEqual(refusal(fix));
      expect([modeOf(file), readFileSync(file).equals(before)]).toEqual([0o666, true]);
      expect(as(alice, 'keystow doctor', { KEYSTOW_QUIET: quiet }).stdout).toContain(`To use the file:\n    ${fix}\n`);
    });

    test('[USR2] a folder that everybody can write to, or a folder above it', () => {
      for (const which of ['.config/keystow', '.config', '.']) {
        const { as, home, file } = newVictim();
        const open = join(home, which);
        chmodSync(open, 0o777);
        const fix = `chmod go-w ${open}`;
        expect(as(alice, 'printf new | keystow set demo alice')).toEqual(refusal(fix));
        // A read doesn't examine what is further above.
        if (which !== '.') expect(as(alice, 'keystow get demo alice')).toEqual(refusal(fix));
        expect(as(alice, 'keystow doctor').stdout).toContain(`To use the file:\n    ${fix}\n`);
        expect(modeOf(open)).toBe(0o777);
        expect(as(alice, `${fix} && keystow get demo alice`)).toMatchObject({ stdout: 'hers', exit: 0 });
        expect(existsSync(file)).toBe(true);
      }
    });

    test('[USR3] a file that a group can write to which Bob is in, too', () => {
      const { as, file, folder } = newVictim();
      chmodSync(folder, 0o755);
      chmodSync(file, 0o660);
      chownSync(file, alice.uid, bob.gid);
      expect(as(alice, 'keystow get demo alice')).toEqual(refusal(`chmod go-w ${file}`));
    });

    test('[USR4] the placement file: every store is searched instead', () => {
      const { as, folder } = newVictim();
      const placement = join(folder, 'placement.json');
      chmodSync(folder, 0o711);
      chmodSync(placement, 0o666);
      expect(as(bob, `printf '{"format":"keystow-placement","version":1,"credentials":[]}' >${placement}`).exit).toBe(
        0,
      );
      const fix = `chmod go-w ${placement}`;
      expect(as(alice, 'keystow get demo alice')).toMatchObject({ stdout: 'hers', exit: 0 });
      expect(as(alice, 'printf new | keystow set demo x').stderr).toContain(placement);
      expect(as(alice, 'keystow doctor').stdout).toContain(`To use the file:\n    ${fix}\n`);
    });

    test('[USR5] a folder behind Bob’s link, or in Bob’s folder', () => {
      const { as, machine } = newVictim();
      const shared = machine.createFolder('shared', root, 0o1777);
      const mine = machine.createFolder('mine', alice, 0o700);
      const link = join(shared, 'link');
      expect(as(bob, `ln -s ${mine} ${link}`)).toMatchObject({ exit: 0 });
      const inviting = machine.createFolder('inviting', bob, 0o777);
      for (const folder of [link, join(inviting, 'keystow')]) {
        const run = as(alice, 'printf s | keystow set demo x', { KEYSTOW_CONFIG_DIR: folder });
        expect(run).toMatchObject({ exit: 1, stderr: expect.stringContaining(`uid ${bob.uid}`) });
      }
      expect([readdirSync(mine), readdirSync(inviting)]).toEqual([[], []]);
    });
  },
);

describeStore('what Alice alone could have written keeps working', users, missingUsers(), () => {
  test('[USR6] with the umask 0002, and a group of her own', () => {
    const { as, home, file } = newMachine();
    mkdirSync(join(home, '.config'));
    chownSync(join(home, '.config'), alice.uid, alice.gid);
    chmodSync(join(home, '.config'), 0o2775);
    chmodSync(home, 0o775);
    expect(as(alice, 'umask 0002; printf hers | keystow set demo alice')).toMatchObject({ exit: 0 });
    chmodSync(file, 0o664);
    chmodSync(join(file, '..'), 0o2775);
    expect(as(alice, 'keystow get demo alice')).toMatchObject({ stdout: 'hers', exit: 0 });
    expect([modeOf(file), modeOf(join(file, '..')) & 0o777]).toEqual([0o600, 0o700]);
  });

  test('[USR23] without HOME, as in a systemd unit: in the folder that the unit was given', () => {
    const { machine } = newMachine();
    const state = machine.createFolder('state', alice, 0o700);
    const environment = { KEYSTOW_STORAGE: 'file', KEYSTOW_CONFIG_DIR: state };
    expect(machine.run(alice, 'printf hers | keystow set demo alice', environment)).toMatchObject({ exit: 0 });
    const read = machine.run(alice, 'keystow get demo alice', environment);
    expect(read).toEqual({ stdout: 'hers', stderr: '', exit: 0 });
    // Nor has every user of a container an account.
    const own = machine.createFolder('own', stranger, 0o700);
    const run = (extra: Readonly<Record<string, string>>) =>
      machine.run(stranger, 'printf s | keystow set demo x', { ...environment, KEYSTOW_CONFIG_DIR: own, ...extra });
    expect(run({})).toMatchObject({ exit: 2, stderr: expect.stringContaining('HOME is required') });
    expect(run({ HOME: '/' })).toMatchObject({ exit: 0 });
  });

  test('[USR24] in a home directory that is mounted read-only, though others could read it', (context) => {
    const { as, file } = newVictim();
    chmodSync(file, 0o644);
    const mount = 'mount --bind $HOME $HOME && mount -o remount,bind,ro $HOME';
    if (as(root, `unshare --mount sh -c "${mount}"`).exit !== 0) context.skip('nothing can be mounted');
    const asAlice = `setpriv --reuid=${alice.uid} --regid=${alice.gid} --clear-groups`;
    const inside = (command: string) => as(root, `unshare --mount sh -c "${mount} && ${asAlice} ${command}"`);
    expect(inside('$node $script get demo alice')).toMatchObject({ stdout: 'hers', exit: 0 });
    // Nothing can be stored there, and that is all.
    expect(inside('$node $script doctor')).toMatchObject({
      stdout: expect.stringContaining('cannot be written: read-only file system'),
      exit: 1,
    });
    expect(modeOf(file)).toBe(0o644);
  });

  test('[USR7] a file that others could only read: its permissions are restricted, with a notice', () => {
    const { as, file } = newVictim();
    chmodSync(file, 0o644);
    const run = as(alice, 'keystow get demo alice');
    expect(run).toMatchObject({ stdout: 'hers', stderr: expect.stringContaining('0644'), exit: 0 });
    expect(modeOf(file)).toBe(0o600);
  });

  test.for(['--map-root-user', '--map-current-user'])(
    '[USR8] in a user namespace, where root’s folders belong to nobody in it: unshare %s',
    (map, context) => {
      const { as } = newVictim();
      const unshare = `unshare --user ${map}`;
      if (as(alice, `${unshare} true`).exit !== 0) context.skip('user namespaces are disabled');
      const store = as(alice, `printf new | ${unshare} "$node" "$script" set demo alice`);
      expect(store).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('uid') });
      const read = as(alice, `${unshare} "$node" "$script" get demo alice`);
      expect(read).toEqual({ stdout: 'new', stderr: '', exit: 0 });
    },
  );
});

describeStore('root, with Alice’s home directory, changes nothing in it', users, missingUsers(), () => {
  const advice = /sudo -H.*sudo -u/;

  test('[USR9] and creates nothing: no folder of root’s that breaks her programs', () => {
    const { as, home } = newMachine();
    const run = as(root, 'printf s | keystow set demo x');
    expect(run).toMatchObject({ exit: 1, stderr: expect.stringMatching(advice) });
    expect(as(root, 'keystow doctor').stdout).toMatch(advice);
    expect(readdirSync(home)).toEqual([]);
  });

  test('[USR10] and follows no link of hers to a folder of the system', () => {
    const { as, machine, home, folder } = newMachine();
    const system = machine.createFolder('system', root, 0o755);
    mkdirSync(join(home, '.config'));
    chownSync(join(home, '.config'), alice.uid, alice.gid);
    symlinkSync(system, folder);
    lchownSync(folder, alice.uid, alice.gid);
    for (const command of ['printf s | keystow set demo x', 'keystow get demo x', 'keystow doctor']) as(root, command);
    expect([modeOf(system), readdirSync(system)]).toEqual([0o755, []]);
    expect(as(root, 'printf s | keystow set demo x')).toMatchObject({ exit: 1 });
  });

  test('[USR11] nor reads what she has stored', () => {
    const { as } = newVictim();
    const run = as(root, 'keystow get demo alice');
    expect(run).toMatchObject({ stdout: '', exit: 1, stderr: expect.stringMatching(advice) });
  });

  test('[USR12] but works in a container whose home directory belongs to a user that it doesn’t have, with a warning', () => {
    const { as, home, file } = newMachine();
    chownSync(home, 4711, 4711);
    const run = as(root, 'printf s3cret | keystow set demo x');
    expect(run).toMatchObject({ exit: 0, stderr: expect.stringContaining('uid 4711') });
    expect(as(root, 'keystow get demo x')).toEqual({ stdout: 's3cret', stderr: '', exit: 0 });
    expect(modeOf(file)).toBe(0o600);
  });

  test('[USR25] but not if others can write to that home directory, or to a folder in it', () => {
    const { as, home } = newMachine();
    const config = join(home, '.config');
    mkdirSync(config);
    for (const folder of [home, config]) chownSync(folder, 4711, 4711);
    for (const folder of [home, config]) {
      chmodSync(folder, 0o777);
      const run = as(root, 'printf s3cret | keystow set demo x');
      expect(run).toMatchObject({ exit: 1, stderr: expect.stringContaining(`chmod go-w ${folder}`) });
      chmodSync(folder, 0o755);
    }
    expect(readdirSync(config)).toEqual([]);
  });
});
