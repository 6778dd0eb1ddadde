import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { name, newHome, token } from './homes.ts';
import { get } from './keystow.ts';
import { type Measured, measure, ratio, type Subject } from './measure.ts';
import { heading, ms, row, type Section, times } from './page.ts';

const gitRequest = `protocol=https\nhost=${name.service}\n\n`;
const gitCredential = `protocol=https\nhost=${name.service}\nusername=${name.account}\npassword=${token}\n\n`;
const dockerServer = `https://${name.service}`;
const dockerLogin = JSON.stringify({ ServerURL: dockerServer, Username: name.account, Secret: token });

/** A credential helper, and what its client sends. */
interface Helper {
  readonly argv: readonly string[];
  readonly label: string;
  readonly store: string;
  readonly request: string;
}

const ours = (program: string, store: string, request: string): Helper => ({
  argv: [process.execPath, resolve(`dist/bin/${program}.cjs`)],
  label: `**${program} get**`,
  store,
  request,
});

const helpers = [
  ours('git-credential-keystow', gitCredential, gitRequest),
  ours('docker-credential-keystow', dockerLogin, dockerServer),
];

/** Times a helper's `get` against `keystow get` for the same token in the same store, and against other helpers. */
export async function helperReads(session: Readonly<Record<string, string>>, runs: number): Promise<Section> {
  const stores = [
    { store: 'Secret Service', env: newHome({ ...session, KEYSTOW_STORAGE: 'keychain' }) },
    { store: 'file with key source home', env: newHome({ KEYSTOW_STORAGE: 'file' }) },
  ];
  const rows: string[] = [];
  const goals: Section['goals'][number][] = [];
  for (const { store, env } of stores) {
    const set = spawnSync(process.execPath, [resolve('dist/bin/keystow.cjs'), 'set', name.service, name.account], {
      env,
      input: token,
    });
    if (set.status !== 0) throw new Error(`the token was not stored in the ${store}: ${set.stderr}`);
    // `auto`, as the fast path expects.
    const { KEYSTOW_STORAGE: _, ...reading } = env;
    const base = get(`**keystow get**, ${store}`, reading);
    const own = helpers.map((helper) => prepare({ ...helper, label: `${helper.label}, ${store}` }, env, reading));
    const others = store === 'Secret Service' ? findOthers(session) : [];
    const subjects = [base, ...own.flatMap((subject) => subject ?? []), ...others];
    const measured = measure(subjects, runs);
    const alone = measured.get(base.name) as Measured;
    for (const one of measured.values())
      rows.push(row(one.name, ms(one.minMs), ms(one.medianMs), times(ratio(one, alone)), one.peakMiB.toFixed(1)));
    for (const subject of own) {
      const value = ratio(measured.get(subject?.name ?? '') as Measured, alone);
      goals.push({ what: `${subject?.name}, × keystow get`, value, atMost: 1.1 });
    }
  }
  return {
    text: [
      heading('One answer of a credential helper'),
      row('', 'min ms', 'median ms', '× keystow get', 'peak MiB'),
      row('---', '--:', '--:', '--:', '--:'),
      ...rows,
    ],
    goals,
  };
}

/** Stores the token. `undefined`, with a line on stderr, if that fails. */
function prepare(
  { argv, label, store, request }: Helper,
  writing: Subject['env'],
  reading: Subject['env'],
): Subject | undefined {
  const [program = '', ...args] = argv;
  const { status } = spawnSync(program, [...args, 'store'], { env: writing, input: store });
  if (status === 0) return { name: label, argv: [...argv, 'get'], env: reading, input: request };
  process.stderr.write(`skipped: ${label}: it did not store the token\n`);
  return undefined;
}

/** The helpers of git and docker for the same store. */
function findOthers(session: Readonly<Record<string, string>>): readonly Subject[] {
  const env = newHome(session);
  const libsecret = findLibsecretHelper();
  const docker = 'docker-credential-secretservice';
  const isInstalled = spawnSync(docker, ['version'], { stdio: 'ignore' }).status === 0;
  if (!isInstalled) process.stderr.write(`skipped: ${docker} (Debian: golang-docker-credential-helpers)\n`);
  return [
    ...(libsecret === undefined
      ? []
      : [{ argv: [libsecret], label: '`git-credential-libsecret get`', store: gitCredential, request: gitRequest }]),
    ...(isInstalled ? [{ argv: [docker], label: `\`${docker} get\``, store: dockerLogin, request: dockerServer }] : []),
  ].flatMap((helper) => prepare(helper, env, env) ?? []);
}

/** Debian brings its source only. */
function findLibsecretHelper(): string | undefined {
  const program = 'git-credential-libsecret';
  if (spawnSync(program, { stdio: 'ignore' }).error === undefined) return program;
  const built = join(mkdtempSync(join(tmpdir(), 'keystow-bench-')), program);
  const source = `/usr/share/doc/git/contrib/credential/libsecret/${program}.c`;
  const compile = `cc -O2 -o ${built} ${source} $(pkg-config --cflags --libs libsecret-1 glib-2.0)`;
  if (spawnSync('sh', ['-c', compile], { stdio: 'ignore' }).status === 0) return built;
  process.stderr.write(`skipped: ${program} (Debian: git, gcc, pkg-config and libsecret-1-dev)\n`);
  return undefined;
}
