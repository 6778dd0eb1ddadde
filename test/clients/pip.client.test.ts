import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';
import { type LocalServer, startLocalServer } from './support/local-server.ts';

/** `--keyring-provider`: pip 23.1. */
const pip = findClient('pip', { atLeast: '23.1' });
const twine = findClient('twine');
const uv = findClient('uv');

const password = 's3cret';
const authorized = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`;
const wheel = createWheel();

/** A Python index that requires a password, for downloads (PEP 503) and uploads. */
async function startIndex(): Promise<LocalServer> {
  return startLocalServer(({ path, authorization, method }) => {
    if (authorization !== authorized) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="index"' } };
    }
    if (method === 'POST') return { body: '' };
    if (path === '/simple/demo/') {
      const hash = createHash('sha256').update(wheel).digest('hex');
      const link = `<a href="/demo-1.0-py3-none-any.whl#sha256=${hash}">demo-1.0-py3-none-any.whl</a>`;
      return { headers: { 'content-type': 'text/html' }, body: link };
    }
    return path === '/demo-1.0-py3-none-any.whl' ? { body: wheel } : { status: 404 };
  });
}

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  let user: ClientUser;
  let index: LocalServer;
  const start = async () => {
    user = await startClientUser({ store, clients: [pip, twine, uv].filter(({ folder }) => folder !== '') });
    index = await startIndex();
  };
  const stop = async () => {
    await index.stop();
    await user.stop();
  };
  /** As `keystow setup pip` does: an executable called `keyring`. */
  const installKeyring = () => {
    const path = join(user.sandbox.home, 'bin/keyring');
    writeFileSync(path, '#!/bin/sh\nexec keystow helper keyring "$@"\n', { mode: 0o755 });
  };
  const withUser = () => index.url.replace('//', '//alice@');

  describeClient(
    pip,
    `pip, with keystow and ${store}`,
    () => {
      beforeEach(async () => {
        await start();
        installKeyring();
        await user.succeed('pip config set --user global.keyring-provider subprocess');
      });
      afterEach(() => stop());

      const download = () =>
        user.run(
          `pip --disable-pip-version-check download --no-input --no-deps --no-cache-dir --dest packages --index-url ${withUser()}/simple/ demo`,
        );

      test('[PIP1] finds the password of its index, which keystow set stored, until it is deleted', async () => {
        expect((await download()).exit).not.toBe(0);
        await user.succeed(`printf ${password} | keystow set ${index.url}/simple/ alice`);
        expect(await user.succeed('keystow list')).toBe(`${index.url}/simple/\talice\n`);
        const { stdout, exit } = await download();
        expect([exit, stdout]).toEqual([0, expect.stringContaining('demo-1.0-py3-none-any.whl')]);
        await user.succeed(`keyring del ${index.url}/simple/ alice`);
        expect((await download()).exit).not.toBe(0);
      });

      test('[PIP2] finds the password of the host', async () => {
        await user.succeed(`printf '%s\\n' ${password} | keyring set ${index.host} alice`);
        expect((await download()).exit).toBe(0);
      });
    },
    missingDaemons(daemonsOf(store)),
  );

  describeClient(
    uv,
    `uv, with keystow and ${store}`,
    () => {
      beforeEach(async () => {
        await start();
        installKeyring();
      });
      afterEach(() => stop());

      test('[UV1] finds the user and the password of its index', async () => {
        const install = () =>
          user.run(
            `uv pip install --no-cache --no-deps --target packages --keyring-provider subprocess --index-url ${withUser()}/simple/ demo`,
          );
        expect((await install()).exit).not.toBe(0);
        await user.succeed(`printf ${password} | keystow set ${index.host} alice`);
        expect(await install()).toMatchObject({ exit: 0 });
      });
    },
    missingDaemons(daemonsOf(store)),
  );
}

describeClient(
  twine,
  'twine, with keystow and the Secret Service, which it reads by itself',
  () => {
    let user: ClientUser;
    let index: LocalServer;
    beforeEach(async () => {
      user = await startClientUser({ store: 'the Secret Service', clients: [twine] });
      index = await startIndex();
    });
    afterEach(async () => {
      await index.stop();
      await user.stop();
    });

    test('[TWINE1] uploads with the password that keystow set stored, until it is deleted', async () => {
      writeFileSync(join(user.sandbox.home, 'demo-1.0-py3-none-any.whl'), wheel);
      const upload = () =>
        user.run(
          `twine upload --non-interactive --disable-progress-bar --username alice --repository-url ${index.url}/legacy/ demo-1.0-py3-none-any.whl`,
        );
      expect((await upload()).exit).not.toBe(0);
      await user.succeed(`printf ${password} | keystow set ${index.url}/legacy/ alice`);
      expect(await upload()).toMatchObject({ exit: 0 });
      expect(index.requests.at(-1)?.body.includes('demo')).toBe(true);
      await user.succeed(`keystow delete ${index.url}/legacy/ alice`);
      expect((await upload()).exit).not.toBe(0);
    });
  },
  missingDaemons('gnome-keyring unlocked'),
);

/** The smallest wheel (PEP 427). */
function createWheel(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-wheel-'));
  try {
    const info = join(folder, 'demo-1.0.dist-info');
    mkdirSync(info);
    writeFileSync(join(folder, 'demo.py'), '');
    writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n');
    writeFileSync(
      join(info, 'WHEEL'),
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    );
    writeFileSync(join(info, 'RECORD'), '');
    const zip = 'import shutil; shutil.make_archive("wheel", "zip", ".", ".")';
    const made = spawnSync('python3', ['-c', `import os; os.chdir(${JSON.stringify(folder)}); ${zip}`]);
    return made.status === 0 ? readFileSync(join(folder, 'wheel.zip')) : Buffer.alloc(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
