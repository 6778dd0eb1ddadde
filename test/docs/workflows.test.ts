import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { bundleModule } from '../support/bundled.ts';
import { needsPosix } from '../support/needs.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.github/workflows');
const files = readdirSync(folder);
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');

/** GitHub's own parser. It imports JSON without saying that it is JSON, which no Node takes but every bundler does. */
const parser = bundleModule('node_modules/@actions/workflow-parser/dist/index.js');

/** What GitHub would say is wrong with a workflow. */
async function errorsOf(name: string, content: string): Promise<readonly string[]> {
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter }: typeof import('@actions/workflow-parser') =
    await import(pathToFileURL(parser.file()).href);
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly 'runs-on'?: string;
  readonly uses?: string;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly container?: { readonly image: string };
  readonly steps?: readonly Step[];
}

const jobsOf = (file: string): Readonly<Record<string, Job>> => parse(textOf(file)).jobs;

/** A text of a job, once for each value that its matrix has for what the text names. */
function expanded(text: string, job: Job): readonly string[] {
  const [whole = '', key = ''] = /\$\{\{ matrix\.(\w+) \}\}/.exec(text) ?? [];
  const values = job.strategy?.matrix[key] ?? [];
  return whole === '' ? [text] : values.flatMap((value) => expanded(text.replaceAll(whole, `${value}`), job));
}

const jobs = Object.values(jobsOf('ci.yml'));
const runnersOf = (job: Job) => expanded(job['runs-on'] ?? '', job);

describe('a workflow', () => {
  test.each(files)('%s is one by GitHub’s schema', async (file) => {
    expect(await errorsOf(file, textOf(file))).toEqual([]);
  });

  test.each([
    ['an unknown key', 'runs-on: ubuntu-24.04', 'run-on: ubuntu-24.04', "Unexpected value 'run-on'"],
    [
      'a job that waits for none',
      'jobs:',
      'jobs:\n  next: { needs: none, runs-on: x, steps: [run: x] }',
      "depends on unknown job 'none'",
    ],
    [
      'a context that is not there',
      '\n    steps:',
      '\n    if: matrx.node == 22\n    steps:',
      "Unrecognized named-value: 'matrx'",
    ],
  ])('with %s is found out', async (_, right, wrong, message) => {
    const text = 'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm cit\n';
    expect(await errorsOf('wrong.yml', text)).toEqual([]);
    expect((await errorsOf('wrong.yml', text.replace(right, wrong))).join('\n')).toContain(message);
  });

  test.each(files)('[REL1] %s pins each action by commit, with its version beside it', (file) => {
    const actions = [...textOf(file).matchAll(/\buses: (.+)$/gm)].map(([, action = '']) => action);
    for (const action of actions)
      expect(action).toMatch(/^\.\/\.github\/workflows\/\w+\.yml$|^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const parsed = Object.values(jobsOf(file)).flatMap(({ uses, steps = [] }) => [
      uses,
      ...steps.map(({ uses }) => uses),
    ]);
    expect(actions).toHaveLength(parsed.filter((action) => action !== undefined).length);
  });

  test('one version of an action has one commit', () => {
    const pins = files.flatMap((file) => [...textOf(file).matchAll(/uses: (\S+)@(\w{40}) # (\S+)$/gm)]);
    const commits = new Map(pins.map(([, action, commit, version]) => [`${action} ${version}`, commit]));
    for (const [, action, commit, version] of pins) expect(commits.get(`${action} ${version}`)).toBe(commit);
    expect(new Set(commits.values()).size).toBe(commits.size);
  });

  test.each(files)('[REL7] %s pins each container by digest', (file) => {
    for (const { container } of Object.values(jobsOf(file)))
      if (container) expect(container.image).toMatch(/^[a-z-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });
});

describe('continuous integration', () => {
  const [, parts = ''] = /^parts=\((.*)\)$/m.exec(readFileSync(join(root, '.ci/run'), 'utf8')) ?? [];

  test('runs on Linux the parts of .ci/run, every one, and nothing else', () => {
    const linux = jobs.filter((job) => runnersOf(job).every((runner) => runner.startsWith('ubuntu-')));
    const commands = linux.flatMap((job) => (job.steps ?? []).flatMap(({ run }) => (run ? expanded(run, job) : [])));
    const named = commands.flatMap((command) => /^\.ci\/run (.*)$/.exec(command)?.[1]?.split(' ') ?? []);
    expect([...new Set(named)].sort()).toEqual(parts.split(' ').sort());
    expect(commands.filter((command) => !/^(\.ci\/run [a-z ]+|npm ci)$/.test(command))).toEqual([]);
  });

  test.each(['ubuntu', 'ubuntu.*-arm', 'macos', 'windows'])(
    'runs on %s with every Node of npm run test:nodes',
    (os) => {
      const runtimes = JSON.parse(readFileSync(join(root, 'test/runtimes/package.json'), 'utf8'));
      const majors = Object.keys(runtimes.optionalDependencies).map((name) => Number(/^node-(\d+)/.exec(name)?.[1]));
      const job = jobs.find((job) => runnersOf(job).some((runner) => new RegExp(`^${os}`).test(runner)));
      // The older ones are there to be rejected.
      const supported = majors.filter((major) => major >= 20);
      expect(job?.strategy?.matrix.node).toEqual([...new Set(supported)]);
    },
  );

  test('is run whole before a release', () => {
    const release = jobsOf('release.yml');
    expect(release.test?.uses).toBe('./.github/workflows/ci.yml');
  });
});

describe('the release', () => {
  const release = jobsOf('release.yml');
  const { build, publish } = release;
  const runsOf = (job?: Job) => (job?.steps ?? []).flatMap(({ run }) => run ?? []);
  const actionsOf = (job?: Job) => (job?.steps ?? []).flatMap(({ uses }) => uses?.replace(/@.*/, '') ?? []);

  test('[REL2] only the job that publishes can get the identity that npm trusts, and it has no other right', () => {
    expect(parse(textOf('release.yml')).permissions).toEqual({});
    const trusted = Object.entries(release).filter(([, { permissions }]) => permissions?.['id-token'] !== undefined);
    expect(trusted.map(([name]) => name)).toEqual(['publish']);
    expect(publish?.permissions).toEqual({ 'id-token': 'write' });
    for (const file of files.filter((file) => file !== 'release.yml')) expect(textOf(file)).not.toContain('id-token');
  });

  test('[REL8] that job has no code of the repository and installs nothing: it checks the package and publishes it', () => {
    expect(actionsOf(publish)).toEqual(['actions/setup-node', 'actions/download-artifact']);
    expect(runsOf(publish)).toEqual([
      'echo "$SHA256  keystow.tgz" | sha256sum --check --strict',
      'npm publish ./keystow.tgz --ignore-scripts --provenance --access public',
    ]);
    expect(publish?.needs).toBe('build');
  });

  test('[REL3] the package is built without rights, and no dependency runs a script', () => {
    expect(build?.permissions).toEqual({ contents: 'read' });
    expect(build?.needs).toBe('test');
    const installs = runsOf(build).filter((run) => /npm (ci|cit|i|install|exec)\b|npx/.test(run));
    expect(installs).toEqual(['npm ci --ignore-scripts']);
  });

  test('[REL9] no cache that another job could have written is used', () => {
    for (const { steps = [] } of [build, publish].filter((job) => job !== undefined))
      for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/setup-node@')))
        expect(step.with).toMatchObject({ 'package-manager-cache': false });
  });

  test('[REL4] a package that was changed between the two jobs is rejected', needsPosix, () => {
    const folder = mkdtempSync(join(tmpdir(), 'keystow-release-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [check = ''] = runsOf(publish);
    const file = join(folder, 'keystow.tgz');
    writeFileSync(file, 'built');
    const SHA256 = createHash('sha256').update('built').digest('hex');
    const run = () => spawnSync('bash', ['-e', '-c', check], { cwd: folder, env: { ...process.env, SHA256 } }).status;
    expect(run()).toBe(0);
    writeFileSync(file, 'changed');
    expect(run()).not.toBe(0);
  });

  test('[REL5] the package names its repository, as npm requires of a provenance statement', () => {
    const { repository, bugs, homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const page = /^git\+(https:\/\/github\.com\/[\w-]+\/[\w-]+)\.git$/.exec(repository.url)?.[1];
    expect(page).toBeDefined();
    expect(bugs.url).toBe(`${page}/issues`);
    expect(homepage).toBe(`${page}#readme`);
    expect(readFileSync(join(root, 'SECURITY.md'), 'utf8')).toContain(`${page}/security/advisories/new`);
  });
});

describe('the weekly mutation run', () => {
  const { subjects, mutate } = jobsOf('weekly.yml');
  const all: Readonly<Record<string, { readonly mutate: readonly string[] }>> = JSON.parse(
    readFileSync(join(root, 'test/mutation/subjects.json'), 'utf8'),
  );

  test('lists the subjects of subjects.json, every one', needsPosix, () => {
    const folder = mkdtempSync(join(tmpdir(), 'keystow-mutation-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const output = join(folder, 'output');
    const list = subjects?.steps?.find(({ id }) => id === 'subjects')?.run ?? '';
    execFileSync('bash', ['-c', list], { cwd: root, env: { ...process.env, GITHUB_OUTPUT: output } });
    expect(readFileSync(output, 'utf8')).toBe(`names=${JSON.stringify(Object.keys(all))}\n`);
  });

  test('alters every file of the domain and of the adapters', () => {
    const files = ['src/domain', 'src/adapters'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
    );
    const isAltered = (file: string, { mutate }: { readonly mutate: readonly string[] }) =>
      mutate.some((files) => posix.matchesGlob(file, files)) &&
      !mutate.some((files) => files.startsWith('!') && posix.matchesGlob(file, files.slice(1)));
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !Object.values(all).some((subject) => isAltered(file, subject)))).toEqual([]);
  });

  test('takes each of them, with what the tests want of Debian', () => {
    const value = (expression: string) => `\${{ ${expression} }}`;
    expect(mutate).toMatchObject({
      strategy: { matrix: { subject: value('fromJSON(needs.subjects.outputs.names)') } },
    });
    const commands = mutate?.steps?.flatMap(({ run = [] }) => run);
    expect(commands).toEqual(['.ci/run debian', 'npm ci', `npm run mutate -- ${value('matrix.subject')}`]);
  });
});
