import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createExecutables } from '../../src/adapters/process/executables.ts';
import { listTools } from '../../src/app/setup/list-tools.ts';
import { applySetup, planSetup, type SetupContext } from '../../src/app/setup/setup.ts';
import { undoSetup } from '../../src/app/setup/undo-setup.ts';
import type { ToolId } from '../../src/domain/setup/setup-tool.ts';
import { needsPosix, needsRoot } from '../support/needs.ts';
import { createSetupWorld, type SetupWorld } from './setup-world.ts';

async function setUp(setup: SetupContext, tool: ToolId, target?: string) {
  return applySetup(setup, await planSetup(setup, { tool, target }));
}

const outcomes = async (setup: SetupContext, tool: ToolId, target?: string) =>
  (await undoSetup(setup, { tool, target })).map(({ outcome }) => outcome);

const gitConfig = '[user]\n\tname = A\n';

describe('files that are edited', needsPosix, () => {
  test('[SET30] keep their mode', async () => {
    const { setup, write } = createSetupWorld();
    for (const mode of [0o600, 0o644, 0o640]) {
      const path = write('.gitconfig', gitConfig, mode);
      await setUp(setup, 'git');
      expect(statSync(path).mode & 0o777).toBe(mode);
      await undoSetup(setup, { tool: 'git' });
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
  });

  test('[SET31] stay links, whose target is edited', async () => {
    const { setup, write, home, read } = createSetupWorld();
    write('dotfiles/gitconfig', gitConfig);
    symlinkSync('dotfiles/link', join(home, '.gitconfig'));
    symlinkSync('gitconfig', join(home, 'dotfiles/link'));
    await setUp(setup, 'git');
    expect(lstatSync(join(home, '.gitconfig')).isSymbolicLink()).toBe(true);
    expect(read('dotfiles/gitconfig')).toContain('keystow');
    expect(await outcomes(setup, 'git')).toEqual(['restored']);
    expect(read('dotfiles/gitconfig')).toBe(gitConfig);
  });

  test('[SET32] are created for the user alone, with their folders, and both are removed by the undo', async () => {
    const { setup, home, exists } = createSetupWorld();
    await setUp(setup, 'aws');
    expect(statSync(join(home, '.aws/config')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, '.aws')).mode & 0o777).toBe(0o700);
    expect(await outcomes(setup, 'aws')).toEqual(['removed']);
    expect(exists('.aws')).toBe(false);
  });

  test('[SET33] can have 5 MB', async () => {
    const { setup, write, read } = createSetupWorld();
    const toml = ['#'.padEnd(60).concat('x\n').repeat(80_000), '[registry]\n'].join('');
    write('.cargo/config.toml', toml);
    write('.gitconfig', `${gitConfig}# ${'y'.repeat(5_000_000)}\n`);
    write('.docker/config.json', JSON.stringify({ auths: { a: { auth: 'z'.repeat(5_000_000) } } }));
    for (const tool of ['cargo', 'git', 'docker'] as const) {
      expect(await setUp(setup, tool)).toBe('applied');
      expect(await outcomes(setup, tool)).toEqual(['restored']);
    }
    expect(read('.cargo/config.toml')).toBe(toml);
  });
});

/** Prepares something at the path of git's configuration that must stay as it is. */
test('the list of tools reads each file of a tool once', needsPosix, async () => {
  const { setup, write } = createSetupWorld();
  write('.gitconfig', gitConfig);
  await setUp(setup, 'docker', 'registry.example');
  const reads: string[] = [];
  const read: SetupContext['files']['read'] = (path, label) => {
    reads.push(`${label}: ${path}`);
    return setup.files.read(path, label);
  };
  const tools = await listTools({ ...setup, files: { ...setup.files, read } });
  expect(tools.find(({ tool }) => tool === 'docker')).toMatchObject({ targets: ['registry.example'] });
  expect(reads).toEqual([...new Set(reads)]);
});

const refused: readonly (readonly [what: string, prepare: (world: SetupWorld, path: string) => void, code: string])[] =
  [
    ['a folder', (_, path) => mkdirSync(path), 'file-refused'],
    ['a read-only file', ({ write }) => write('.gitconfig', gitConfig, 0o444), 'file-refused'],
    ['a file that others can write to', ({ write }) => write('.gitconfig', gitConfig, 0o666), 'file-refused'],
    [
      'a file with a second name',
      ({ write, home }, path) => linkSync(write('other', gitConfig), path) ?? home,
      'file-refused',
    ],
    ['a link that leads nowhere', (_, path) => symlinkSync('nowhere', path), 'file-refused'],
    ['a link to itself', (_, path) => symlinkSync('.gitconfig', path), 'file-refused'],
    ['a device', (_, path) => symlinkSync('/dev/zero', path), 'file-refused'],
    ['17 MiB', ({ write }) => write('.gitconfig', Buffer.alloc(17 * 1024 * 1024, '\n')), 'file-refused'],
    ['UTF-16', ({ write }) => write('.gitconfig', Buffer.from(`\uFEFF${gitConfig}`, 'utf16le')), 'file-damaged'],
    ['a NUL', ({ write }) => write('.gitconfig', '[a]\n\0'), 'file-damaged'],
    ['what git rejects', ({ write }) => write('.gitconfig', '[a\n'), 'file-damaged'],
  ];

describe('[SET34] left as they are, with an error that names the file', needsPosix, () => {
  test.each(refused)('%s', async (_what, prepare, code) => {
    const world = createSetupWorld();
    const path = join(world.home, '.gitconfig');
    prepare(world, path);
    const before = [lstatSync(path).ino, lstatSync(path).size];
    const failure = await planSetup(world.setup, { tool: 'git' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(/\.gitconfig|\/dev\/zero/) });
    expect(JSON.stringify(failure)).not.toContain('name = A');
    expect([lstatSync(path).ino, lstatSync(path).size]).toEqual(before);
    const git = (await listTools(world.setup)).find(({ tool }) => tool === 'git');
    expect(git).toMatchObject({ state: 'damaged', problem: expect.any(String) });
  });

  test.each(['file', 'link'])("another user's %s", needsRoot, async (kind) => {
    const { setup, write, home } = createSetupWorld();
    const path = write('theirs', gitConfig);
    if (kind === 'link') {
      symlinkSync(path, join(home, '.gitconfig'));
      lchownSync(join(home, '.gitconfig'), 1234, 1234);
    } else chownSync(path, 1234, 1234);
    const config = kind === 'link' ? '.gitconfig' : 'theirs';
    const environment = { ...setup.machine.environment, GIT_CONFIG_GLOBAL: join(home, config) };
    const other = { ...setup, machine: { ...setup.machine, environment } };
    await expect(planSetup(other, { tool: 'git' })).rejects.toMatchObject({ code: 'file-refused' });
  });

  test('a file in a folder that others can write to', async () => {
    const { setup, write, home } = createSetupWorld();
    write('.aws/config', '[default]\n');
    chmodSync(join(home, '.aws'), 0o777);
    await expect(planSetup(setup, { tool: 'aws' })).rejects.toMatchObject({ code: 'file-refused' });
  });
});

describe('several processes', () => {
  test('[SET35] one changes the file, the others find that it is done', async () => {
    const { setup, write, read } = createSetupWorld();
    write('.gitconfig', gitConfig);
    const plan = await planSetup(setup, { tool: 'git' });
    const results = await Promise.all([1, 2, 3].map(() => applySetup(setup, plan)));
    expect(results.toSorted()).toEqual(['already', 'already', 'applied']);
    expect(read('.gitconfig').match(/helper/g)).toHaveLength(1);
  });

  test('[SET36] a file that changed after the plan was shown stays as it is', async () => {
    const { setup, write, read } = createSetupWorld();
    write('.gitconfig', gitConfig);
    const plan = await planSetup(setup, { tool: 'git' });
    const other = '[core]\n\teditor = vi\n[credential]\n\thelper = store\n';
    write('.gitconfig', other);
    await expect(applySetup(setup, plan)).rejects.toMatchObject({ code: 'file-busy' });
    expect(read('.gitconfig')).toBe(other);
    expect(await setup.records.read()).toEqual([]);
  });

  test('[SET37] killed between the record and the file: the undo has nothing to revert, and a second run completes', async () => {
    const { setup, write, read, home } = createSetupWorld();
    write('.gitconfig', gitConfig);
    const killed = { ...setup, files: { ...setup.files, write: () => Promise.reject(new Error('killed')) } };
    const plan = await planSetup(setup, { tool: 'git' });
    await expect(applySetup(killed, plan)).rejects.toThrow('killed');
    expect(await setup.records.read()).toHaveLength(1);
    expect(await outcomes(setup, 'git')).toEqual(['gone']);
    expect(await setup.records.read()).toEqual([]);
    await expect(applySetup(killed, plan)).rejects.toThrow('killed');
    expect(await setUp(setup, 'git')).toBe('applied');
    expect(await outcomes(setup, 'git')).toEqual(['restored']);
    expect(read('.gitconfig')).toBe(gitConfig);
    expect(await outcomes(setup, 'git')).toEqual([]);
    expect(readdirSync(home)).toEqual(['.config', '.gitconfig']);
  });

  test('[SET38] a damaged record is an error, and nothing changes', async () => {
    const { setup, write, read } = createSetupWorld();
    write('.gitconfig', gitConfig);
    write('.config/keystow/setup.json', '{"format":"keystow-setup","version":1,"records":[{}]}', 0o600);
    await expect(setUp(setup, 'git')).rejects.toMatchObject({ code: 'file-damaged' });
    await expect(undoSetup(setup, { tool: 'git' })).rejects.toMatchObject({ code: 'file-damaged' });
    expect(read('.gitconfig')).toBe(gitConfig);
  });
});

test('[SET44] a helper that is not installed is an error, and nothing changes', async () => {
  const { setup, exists, home } = createSetupWorld();
  // Not this checkout's, which may contain one.
  const executables = createExecutables({ path: home, started: join(home, 'keystow'), package: home });
  await expect(planSetup({ ...setup, executables }, { tool: 'terraform' })).rejects.toMatchObject({
    code: 'command-not-found',
  });
  expect(exists('.terraformrc')).toBe(false);
});

describe('the undo', () => {
  test('[SET39] removes what a client has rewritten, and keeps its other changes', async () => {
    const { setup, write, read } = createSetupWorld();
    write('.docker/config.json', '{"auths": {}}');
    await setUp(setup, 'docker', 'ghcr.io');
    // As docker login does.
    const config = { ...JSON.parse(read('.docker/config.json')), currentContext: 'x' };
    write('.docker/config.json', JSON.stringify(config, undefined, '\t'));
    expect(await outcomes(setup, 'docker', 'ghcr.io')).toEqual(['restored']);
    expect(JSON.parse(read('.docker/config.json'))).toEqual({ auths: {}, currentContext: 'x' });
  });

  test('[SET40] takes back the last of several targets with the file that the first one created', async () => {
    const { setup, exists, read } = createSetupWorld();
    await setUp(setup, 'docker');
    await setUp(setup, 'docker', 'ghcr.io');
    expect(await outcomes(setup, 'docker')).toEqual(['restored']);
    expect(JSON.parse(read('.docker/config.json'))).toEqual({ credHelpers: { 'ghcr.io': 'keystow' } });
    expect(await outcomes(setup, 'docker', 'ghcr.io')).toEqual(['removed']);
    expect(exists('.docker')).toBe(false);
  });

  test('[SET41] keeps the script that another tool still uses', async () => {
    const { setup, exists } = createSetupWorld();
    await setUp(setup, 'pip');
    await setUp(setup, 'uv');
    await undoSetup(setup, { tool: 'pip' });
    expect(exists('.config/keystow/bin/keyring')).toBe(true);
    await undoSetup(setup, { tool: 'uv' });
    expect(exists('.config/keystow/bin/keyring')).toBe(false);
  });

  test('[SET42] leaves a script that was edited, and reports that', async () => {
    const { setup, write, exists } = createSetupWorld();
    await setUp(setup, 'uv');
    write('.config/keystow/bin/keyring', '#!/bin/sh\necho mine\n', 0o700);
    expect(await outcomes(setup, 'uv')).toEqual(['removed', 'kept']);
    expect(exists('.config/keystow/bin/keyring')).toBe(true);
  });

  test('[SET43] the record contains nothing of the rest of the file', async () => {
    const { setup, write, read } = createSetupWorld();
    write('.aws/config', '[default]\naws_secret_access_key = s3cret\ncredential_process = /opt/x --token s3cret\n');
    await setUp(setup, 'aws');
    expect(read('.config/keystow/setup.json')).not.toContain('s3cret');
    const { others, notes } = await planSetup(setup, { tool: 'aws', target: 'x' });
    expect(JSON.stringify([others, notes])).not.toContain('s3cret');
  });
});
