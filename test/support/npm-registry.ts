import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** A registry of npm packages on loopback that contains only the given packages. */
export interface NpmRegistry {
  readonly url: string;
  stop(): Promise<void>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Serves the packages in `folders` and their installed dependencies. */
export async function startNpmRegistry(folders: readonly string[]): Promise<NpmRegistry> {
  const work = mkdtempSync(join(tmpdir(), 'keystow-npm-'));
  const packages = new Map(addDependencies(folders).map((folder) => [readManifest(folder).name, folder] as const));
  const tarballs = new Map<string, Buffer>();
  const tarballOf = (name: string, folder: string): Buffer => {
    const path = join(work, `${name.replace('/', '+')}.tgz`);
    const kept = tarballs.get(name) ?? pack(folder, path);
    tarballs.set(name, kept);
    return kept;
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const name = path.replace(/\.tgz$/, '');
    const folder = packages.get(name);
    if (folder === undefined) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    const tarball = tarballOf(name, folder);
    if (path !== name) return void response.end(tarball);
    const manifest = readManifest(folder);
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const dist = { tarball: `http://${request.headers.host}/${name}.tgz`, integrity };
    const { version } = manifest;
    const versions = { [version]: { ...manifest, dist } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** Adds the folders of all dependencies that are installed in a `node_modules` above. */
function addDependencies(folders: readonly string[]): readonly string[] {
  const all = new Set(folders);
  for (const folder of all) {
    const { dependencies, optionalDependencies } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const installed = findInstalled(folder, name);
      if (installed !== undefined) all.add(installed);
    }
  }
  return [...all];
}

function findInstalled(folder: string, name: string): string | undefined {
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    const installed = join(above, 'node_modules', name);
    if (existsSync(join(installed, 'package.json'))) return installed;
  }
  return undefined;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Packs a folder. npm strips the first folder of the paths in a tarball, whatever its name. */
function pack(folder: string, path: string): Buffer {
  const exclude = ['--exclude', `${basename(folder)}/node_modules`];
  execFileSync('tar', ['-czf', path, ...exclude, '-C', dirname(folder), basename(folder)]);
  return readFileSync(path);
}
