import { chmodSync, chownSync, lchownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isSocketSafe } from '../../src/adapters/secret-service/dbus/address.ts';
import { findSocketProblem } from '../../src/adapters/secret-service/dbus/session-bus.ts';
import { SecretServiceError } from '../../src/adapters/secret-service/operation.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { fakeFiles } from '../files/watched-disk.ts';
import { needsLinux, needsRoot } from '../support/needs.ts';

vi.mock('node:fs', async (original) => (await import('../files/watched-disk.ts')).watchedDisk(await original()));

afterEach(() => void vi.restoreAllMocks());

const nobody = 65534;

/** A socket in a folder of its own. */
async function newSocket() {
  const { folder: above } = newPlace();
  const folder = join(above, 'runtime');
  mkdirSync(folder, { mode: 0o700 });
  const socket = join(folder, 'bus');
  const server = createServer();
  await new Promise<void>((done) => server.listen(socket, done));
  onTestFinished(() => void server.close());
  return { above, folder, socket };
}

/** Whether the quick look is enough, and the code, the evidence and the text of the problem. */
function examine(path: string) {
  const problem = findSocketProblem(path);
  const found =
    problem instanceof SecretServiceError ? [problem.code, problem.evidence.untrustedBus] : problem?.message;
  return { safe: isSocketSafe(path), problem: found };
}

const fine = { safe: true, problem: undefined };
const denied = (why: string) => ({ safe: false, problem: ['denied', why] });

describe('a socket', needsLinux, () => {
  test('of the user, in a folder of the user, needs no closer look; nor does one in a shared folder', async () => {
    const { folder, socket } = await newSocket();
    expect(examine(socket)).toEqual(fine);
    chmodSync(folder, 0o1777);
    expect(examine(socket)).toEqual(fine);
  });

  test('may be behind the user’s own links, after a closer look', async () => {
    const { above, socket } = await newSocket();
    symlinkSync('runtime/bus', join(above, 'link'));
    expect(examine(join(above, 'link'))).toEqual({ safe: false, problem: undefined });
    expect(examine(join(above, '.', 'runtime', '..', 'link'))).toEqual({ safe: false, problem: undefined });
    expect(examine(socket)).toEqual(fine);
  });

  test.each([0o777, 0o722])('is denied in a folder that others can write to: %d', async (mode) => {
    const { folder, socket } = await newSocket();
    chmodSync(folder, mode);
    expect(examine(socket)).toEqual(denied('writable'));
  });

  test('that does not exist fails as a connection would, and is not left to whoever creates it meanwhile', async () => {
    const { above, folder, socket } = await newSocket();
    expect(examine(join(above, 'none'))).toEqual({ safe: false, problem: `connect ENOENT ${join(above, 'none')}` });
    rmSync(socket);
    symlinkSync('nowhere', join(folder, 'bus'));
    expect(examine(socket).safe).toBe(false);
    expect(findSocketProblem(socket)).toMatchObject({ syscall: 'connect' });
    expect(examine(join(folder, 'bus', 'deeper')).safe).toBe(false);
  });

  test('that is abstract always passes', () => {
    expect(isSocketSafe('\0/tmp/dbus-abc')).toBe(true);
  });
});

describe('a socket with other owners (only root can set them)', needsRoot, () => {
  test('is denied if it, its folder or a link to it is another user’s', async () => {
    const { above, folder, socket } = await newSocket();
    const link = join(above, 'link');
    symlinkSync(socket, link);
    for (const path of [socket, folder, link]) {
      lchownSync(path, nobody, nobody);
      expect(examine(link)).toEqual(denied('foreign'));
      lchownSync(path, 0, 0);
      expect(examine(link).problem).toBeUndefined();
    }
  });

  test('is accepted if it is root’s', async () => {
    const { above, folder, socket } = await newSocket();
    vi.spyOn(process, 'geteuid').mockReturnValue(4711);
    expect(examine(socket)).toEqual(fine);
    chownSync(above, 4711, 4711);
    chownSync(folder, 4711, 4711);
    expect(examine(socket)).toEqual(fine);
  });

  test('may be in a folder that only the user’s own group can write to', async () => {
    const { folder, socket } = await newSocket();
    chmodSync(folder, 0o770);
    expect(examine(socket).problem).toBeUndefined();
    chownSync(folder, 0, 4711);
    expect(examine(socket)).toEqual(denied('writable'));
  });

  test('is unmapped if its owner is outside of the user namespace', async () => {
    const { folder, socket } = await newSocket();
    fakeFiles({ '/proc/self/uid_map': '0 1000 1\n', '/proc/sys/kernel/overflowuid': `${nobody}\n` });
    for (const path of [socket, folder]) {
      chownSync(path, nobody, nobody);
      expect(examine(socket)).toEqual(denied('unmapped'));
      chownSync(path, 0, 0);
    }
  });
});

test('the message names the socket and who could be behind it', needsRoot, async () => {
  const { folder, socket } = await newSocket();
  chmodSync(folder, 0o777);
  expect(findSocketProblem(socket)?.message).toBe(`other users can write to the folder of the socket ${folder}`);
  chownSync(socket, nobody, nobody);
  expect(findSocketProblem(socket)?.message).toBe(`the socket ${socket} belongs to another user (uid 65534)`);
  fakeFiles({ '/proc/self/uid_map': '0 1000 1\n', '/proc/sys/kernel/overflowuid': `${nobody}\n` });
  expect(findSocketProblem(socket)?.message).toBe(
    `the socket ${socket} belongs to uid 65534, which stands for every user outside of this user namespace or container`,
  );
});
