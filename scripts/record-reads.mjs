// Records which declared functions a successful read calls, for scripts/compile-eagerly.ts: reads a secret from the encrypted
// file and from the Secret Service with V8's coverage. Requires a build, dbus-run-session and gnome-keyring.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { loadConfig } from 'rolldown/config';
import { parseAst } from 'rolldown/parseAst';

const folder = mkdtempSync(join(tmpdir(), 'keystow-record-'));
const [bin, coverage] = [join(folder, 'bin'), join(folder, 'coverage')];
try {
  // The fast path, with declarations and the names of the source.
  const options = (await loadConfig('rolldown.config.ts')).find(({ input }) => input === 'src/cli/bin/keystow.ts');
  const plugins = options.plugins.filter(({ name }) => name !== 'compile-eagerly');
  await build({ ...options, plugins, output: { ...options.output, dir: bin, minify: false } });
  const script = `
    export HOME=${folder}
    printf passphrase | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    for storage in file keychain; do
      export HOME=${folder}/$storage
      printf secret | KEYSTOW_STORAGE=$storage node dist/bin/keystow.cjs set example.com alice || exit 1
      NODE_V8_COVERAGE=${coverage} node ${bin}/keystow.cjs get example.com alice | grep -q secret || exit 1
    done`;
  const { status } = spawnSync('dbus-run-session', ['--', 'sh', '-c', script], { stdio: 'inherit' });
  if (status !== 0) throw new Error('a secret could not be stored or read');
  const names = [...listCalled()].map((name) => name.replace(/\$\d+$/, ''));
  writeFileSync('scripts/read-functions.json', `${JSON.stringify([...new Set(names)].sort(), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function* listCalled() {
  for (const file of readdirSync(coverage))
    for (const { url, functions } of JSON.parse(readFileSync(join(coverage, file), 'utf8')).result) {
      if (!url.startsWith(`file://${bin}/`)) continue;
      const code = readFileSync(new URL(url), 'utf8');
      const declared = parseAst(code).body.filter(({ type }) => type === 'FunctionDeclaration');
      const starts = new Map(declared.map(({ start, id }) => [start, id.name]));
      for (const { ranges } of functions) {
        const name = starts.get(ranges[0].startOffset);
        if (name !== undefined && ranges[0].count > 0) yield name;
      }
    }
}
