// Lists what a user of the package runs, as CycloneDX JSON: the packages in the bundles, and those that npm installs with it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The bundles whose packages licenses.txt lists. */
const bundles = ['dist/bin', 'dist/esm', 'dist/cjs'];

/** Returns the software bill of materials of the built package. It only depends on the lock file and the build. */
export function createSbom() {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { metadata, components, dependencies, serialNumber, ...bom } = runNpmSbom();
  const bundled = listBundled();
  const installed = new Set(runNpmSbom('--omit', 'dev').components.map((component) => component['bom-ref']));
  const kept = components.filter((component) => bundled.has(toKey(component)) || installed.has(component['bom-ref']));
  for (const key of bundled)
    if (!kept.some((component) => toKey(component) === key))
      throw new Error(`${key} is bundled, but not in the lock file`);
  const self = { ...metadata.component, name };
  const refs = new Set([self['bom-ref'], ...kept.map((component) => component['bom-ref'])]);
  const { timestamp, ...context } = metadata;
  return {
    ...bom,
    metadata: { ...context, component: { ...self, version } },
    components: kept.map((component) => describe(component, bundled.has(toKey(component)))),
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
  };
}

/** npm counts bundled packages as needed only for development. */
function describe({ scope, properties, ...component }, isBundled) {
  if (!isBundled) return { ...component, scope, properties };
  return { ...component, scope: 'required', properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }] };
}

function toKey({ name, version }) {
  return `${name} ${version}`;
}

/** Returns the name and version of each package that a bundle contains. */
function listBundled() {
  const lines = bundles.flatMap((bundle) => readFileSync(join(root, bundle, 'licenses.txt'), 'utf8').split('\n'));
  return new Set(
    lines.flatMap((line) => /^((?:@[\w.-]+\/)?[\w.-]+ \d+\.\d+\.\d+\S*) \([^)]+\)$/.exec(line)?.[1] ?? []),
  );
}

function runNpmSbom(...options) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', ...options];
  const shell = process.platform === 'win32';
  const maxBuffer = 64 * 1024 * 1024;
  return JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe', shell, maxBuffer }));
}
