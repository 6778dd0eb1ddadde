import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pack, root } from '../package/packed.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { needs, needsLinux } from '../support/needs.ts';
import { patienceMs } from '../support/patience.ts';
import { readRecipes } from './recipes.ts';

/** What each recipe puts into `dist`, as a command line there. */
const programs: Readonly<Record<string, readonly string[]>> = {
  esbuild: ['node', 'tool.cjs'],
  tsup: ['node', 'tool.cjs'],
  webpack: ['node', 'tool.cjs'],
  Rollup: ['node', 'tool.mjs'],
  Rolldown: ['node', 'tool.mjs'],
  ncc: ['node', 'index.js'],
  Node: ['./tool'],
  Bun: ['./tool'],
  Deno: ['./tool'],
};

const majors = [20, 22, 24, 26];

const recipes = readRecipes(readFileSync(join(root, 'docs/bundling.md'), 'utf8'));

/** Prints a version if the registry has the package: the recipes install the bundlers. */
const hasRegistry =
  spawnSync('npm', ['view', 'postject', 'version'], {
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).status === 0;

const needsRegistry = process.platform === 'linux' ? needs(hasRegistry, 'a registry of npm packages') : needsLinux;

/** `deno compile` downloads this runtime, unless it's there. */
const denoRuntime = process.env.DENORT_BIN;

test('every recipe is run', () => {
  const withCommands = recipes.filter(({ script, title }) => script !== '' && title !== 'The native binding');
  expect(withCommands.map(({ title }) => title)).toEqual(Object.keys(programs));
});

describe('a program from the packed package, in an empty folder', needsRegistry, () => {
  let project: string;
  let keyring: GnomeKeyring | undefined;
  /** Where the Nodes of test/runtimes are. */
  let nodes: string;
  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'keystow-bundling-'));
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const { tarball } = pack(project);
    run(['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball], project);
    const runtimes = join(project, 'runtimes');
    mkdirSync(runtimes);
    writeFileSync(join(runtimes, 'package.json'), JSON.stringify({ private: true }));
    run(
      ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...listNodes()],
      runtimes,
    );
    nodes = join(runtimes, 'node_modules');
    keyring = missing() === undefined ? await startGnomeKeyring('unlocked') : undefined;
  });
  afterAll(async () => {
    await keyring?.stop();
    rmSync(project, { recursive: true, force: true, maxRetries: 10 });
  });

  /** Puts the files of a recipe into the project, and runs its commands there. The result is in `dist`. */
  function follow(title: string, node = process.execPath): void {
    for (const folder of ['dist', 'build']) rmSync(join(project, folder), { recursive: true, force: true });
    const index = recipes.findIndex((recipe) => recipe.title === title);
    const executables = recipes.findIndex((recipe) => recipe.title === 'Executables');
    const before = ['The program', 'The native binding', ...(index > executables ? ['Executables'] : [])];
    for (const recipe of recipes.filter(({ title: other }) => other === title || before.includes(other))) {
      for (const [name, text] of recipe.files) writeFileSync(join(project, name), text);
      const PATH = [resolve(node, '..'), process.env.PATH].join(delimiter);
      run(['sh', '-ec', recipe.script], project, { ...process.env, PATH, npm_config_prefer_offline: 'true' });
    }
  }

  /** Copies `dist` to an empty folder, and returns a function that runs the program there with a home of its own. */
  function install(title: string) {
    const folder = mkdtempSync(join(tmpdir(), 'keystow-bundled-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const [app, home] = [join(folder, 'app'), join(folder, 'home')];
    cpSync(join(project, 'dist'), app, { recursive: true });
    mkdirSync(home, { mode: 0o700 });
    chmodSync(app, 0o755);
    const [program = '', ...args] = programs[title] ?? [];
    const argv = program === 'node' ? [process.execPath, ...args] : [join(app, program), ...args];
    const tool = (command: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      run([...argv, ...command], app, { PATH: process.env.PATH ?? '', HOME: home, ...env });
    return { app, tool };
  }

  function run(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): string {
    const [program = '', ...args] = argv;
    const { stdout, stderr, status } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: patienceMs });
    if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
    return stdout + stderr;
  }

  /** Stores, reads and removes a secret, each in a process of its own. */
  function expectRoundTrip(
    { tool }: ReturnType<typeof install>,
    store: string,
    env?: Readonly<Record<string, string>>,
  ): void {
    expect(tool(['login', 's3cret'], env)).toBe(`stored in: ${store}\n`);
    expect(tool(['token'], env)).toBe('s3cret\n');
    expect(tool(['logout'], env)).toBe(`removed from: ${store}\n`);
    expect(tool(['token'], env)).toBe('undefined\n');
  }

  /** Makes a Node program believe that it runs on macOS, where the binding stands for the Keychain. It works here too. */
  function pretendMacos({ app }: ReturnType<typeof install>): Readonly<Record<string, string>> {
    const script = join(app, '..', 'macos.cjs');
    writeFileSync(script, "Object.defineProperty(process, 'platform', { value: 'darwin' });");
    return { NODE_OPTIONS: `--require ${script}` };
  }

  function expectEverySituation(title: string): void {
    const installed = install(title);
    rmSync(join(installed.app, 'keyring.node'));
    expectRoundTrip(installed, 'file');
    if (keyring) expectRoundTrip(installed, 'secret-service', session(keyring));
  }

  const session = ({ bus }: GnomeKeyring) => ({ DBUS_SESSION_BUS_ADDRESS: bus.address });

  const bundlers = Object.keys(programs).filter((title) => programs[title]?.[0] === 'node');

  test.each(bundlers)('[BUN1] is one that %s bundled', (title) => {
    follow(title);
    expectEverySituation(title);
    const other = install(title);
    const macos = pretendMacos(other);
    if (keyring) expectRoundTrip(other, 'keychain', { ...session(keyring), ...macos });
    rmSync(join(other.app, 'keyring.node'));
    expect(other.tool(['login', 's3cret'], macos)).toMatch(/^stored in: file\n.*Keychain/s);
  });

  test.each(majors)('[BUN2] is an executable of Node %i', (major) => {
    follow('Node', join(nodes, toNodeName(major), 'bin/node'));
    expectEverySituation('Node');
    const other = install('Node');
    if (keyring) expectRoundTrip(other, 'keychain', { ...session(keyring), ...pretendMacos(other) });
  });

  test('[BUN3] is an executable of Bun', () => {
    follow('Bun');
    expectEverySituation('Bun');
  });

  test('[BUN4] is an executable of Deno', needs(denoRuntime !== undefined, 'denort, named by DENORT_BIN'), () => {
    follow('Deno');
    expectEverySituation('Deno');
  });

  test('[BUN5] runs in Deno', () => {
    const recipe = recipes.find(({ title }) => title === 'Deno');
    expect(recipe?.script).toContain('npx deno compile');
    const lines = recipe?.script.split('\n').filter((line) => !line.includes('compile')) ?? [];
    follow('The program');
    run(['sh', '-ec', lines.join('\n')], project);
    const deno = ['deno', 'run', '--quiet', '--allow-all', '--no-config', 'build/tool.mjs', 'login', 's3cret'];
    const env = { PATH: `${join(project, 'node_modules/.bin')}${delimiter}${process.env.PATH}`, HOME: project };
    expect(run(deno, project, env)).toBe('stored in: file\n');
    if (keyring) expect(run(deno, project, { ...env, ...session(keyring) })).toBe('stored in: secret-service\n');
  });
});

/** Those of test/runtimes for this machine, as npm takes them. */
function listNodes(): readonly string[] {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'test/runtimes/package.json'), 'utf8'));
  return majors.map(toNodeName).map((name) => `${name}@${optionalDependencies[name]}`);
}

function toNodeName(major: number): string {
  return `node-${major}-${process.platform}-${process.arch}`;
}
