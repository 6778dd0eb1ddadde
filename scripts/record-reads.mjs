// Records which declared functions a successful read calls, for scripts/compile-eagerly.ts: reads a secret from the encrypted
// file and from the Secret Service, by the command and through the library, with V8's coverage. Requires a build,
// dbus-run-session and gnome-keyring.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { loadConfig } from 'rolldown/config';
import { parseAst } from 'rolldown/parseAst';

const folder = mkdtempSync(join(tmpdir(), 'keystow-record-'));
const [bin, library, coverage] = ['bin', 'library', 'coverage'].map((name) => join(folder, name));
try {
  const all = await loadConfig('rolldown.config.ts');
  await buildPlain(
    all.find(({ input }) => input === 'src/cli/bin/keystow.ts'),
    bin,
  );
  await buildPlain(
    all.find(({ output }) => output.dir === 'dist/cjs'),
    library,
  );
  const program = join(folder, 'program.cjs');
  writeFileSync(
    program,
    `require('${library}/index.cjs').openCredentialStore({ application: 'record', storage: process.argv[2] })
      .then((store) => store[process.argv[3]]('example.com', 'alice', ...process.argv.slice(4)).then(() => store.close()));`,
  );
  const script = `
    export HOME=${folder}
    printf passphrase | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    for storage in file keychain; do
      export HOME=${folder}/$storage
      printf secret | KEYSTOW_STORAGE=$storage node dist/bin/keystow.cjs set example.com alice || exit 1
      node ${program} $storage set secret || exit 1
      export NODE_V8_COVERAGE=${coverage}
      node ${bin}/keystow.cjs get example.com alice | grep -q secret || exit 1
      node ${program} $storage getText || exit 1
      unset NODE_V8_COVERAGE
    done`;
  const { status } = spawnSync('dbus-run-session', ['--', 'sh', '-c', script], { stdio: 'inherit' });
  if (status !== 0) throw new Error('a secret could not be stored or read');
  const names = [...listCalled()].map((name) => name.replace(/\$\d+$/, ''));
  writeFileSync('scripts/read-functions.json', `${JSON.stringify([...new Set(names)].sort(), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Builds with declarations and the names of the source. */
function buildPlain(options, dir) {
  const plugins = options.plugins.filter(({ name }) => name !== 'compile-eagerly');
  return build({ ...options, plugins, output: { ...options.output, dir, minify: false } });
}

function* listCalled() {
  for (const file of readdirSync(coverage))
    for (const { url, functions } of JSON.parse(readFileSync(join(coverage, file), 'utf8')).result) {
      if (![bin, library].some((built) => url.startsWith(`file://${built}/`))) continue;
      const code = readFileSync(new URL(url), 'utf8');
      const declared = parseAst(code).body.filter(({ type }) => type === 'FunctionDeclaration');
      const starts = new Map(declared.map(({ start, id }) => [start, id.name]));
      for (const { ranges } of functions) {
        const name = starts.get(ranges[0].startOffset);
        if (name !== undefined && ranges[0].count > 0) yield name;
      }
    }
}
