import { describe, expect } from 'vitest';
import { test } from './started.ts';

const secret = { stdout: 's3cret', stderr: '', exit: 0 };

describe.concurrent.each([
  ['gnome-keyring, unlocked', 'session'],
  ['KWallet, open wallet', 'kwallet'],
  ['KeePassXC, database open and its group exposed', 'keepassxc'],
])('%s', (name, shared) => {
  test('a credential survives a restart of the provider, of the container, and a new container', async ({
    started,
    volume,
  }) => {
    const home = await volume();
    const first = await started(name, { volume: home });
    expect(await first.run('printf %s s3cret | keystow set demo alice')).toMatchObject({
      stdout: 'stored demo alice in the Secret Service\n',
    });

    await first.run(`. /situation/${shared}.sh && restart_provider >/dev/null 2>&1`, 120);
    expect(await first.run('keystow get demo alice')).toEqual(secret);

    await first.restart();
    expect(await first.run('keystow get demo alice')).toEqual(secret);
    await first.stop();

    const second = await started(name, { volume: home });
    expect(await second.run('keystow get demo alice')).toEqual(secret);
    expect(await second.run('keystow list')).toEqual({ stdout: 'demo\talice\n', stderr: '', exit: 0 });
  });
});

/** In a user namespace, which has its own kernel keyrings. The machine's would last until it reboots. */
const kernelKeyring = 'unshare --user --map-current-user node /keystow/test/containers/inside/kernel-keyring.mjs';

test.concurrent('a credential in the kernel keyring disappears at a restart, and credentials stored by keystow stay', async ({
  started,
  volume,
}) => {
  const { run, restart } = await started('kernel keyutils only', { volume: await volume() });
  expect(await run(`${kernelKeyring} set`)).toEqual(secret);
  expect(await run(kernelKeyring)).toEqual(secret);
  expect(await run('printf %s s3cret | keystow set demo alice')).toMatchObject({ exit: 0 });

  await restart();
  expect(await run(kernelKeyring)).toEqual({ ...secret, stdout: 'null' });
  expect(await run('keystow get demo alice')).toEqual(secret);
});
