import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** The output of `npm pack --json`. */
export interface Packed {
  readonly filename: string;
  readonly version: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the built package into `folder`, as it's published. */
export function pack(folder: string): Packed & { readonly tarball: string } {
  const staged = join(folder, 'staged');
  execFileSync(process.execPath, [join(root, 'scripts/stage.mjs'), staged], { stdio: 'pipe' });
  const args = ['pack', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: staged, encoding: 'utf8', stdio: 'pipe' })) as [Packed];
  rmSync(staged, { recursive: true });
  return { ...packed, tarball: join(folder, packed.filename) };
}

/** Another project with the packed package and its dependencies installed, without network access. */
export class Stranger {
  readonly folder = mkdtempSync(join(tmpdir(), 'keystow-stranger-'));
  readonly packed: Packed;

  constructor() {
    const modules = join(this.folder, 'node_modules');
    const own = join(modules, 'keystow');
    mkdirSync(own, { recursive: true });
    // Without this, node would use a package.json in a parent folder.
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ private: true }));
    const { tarball, ...packed } = pack(this.folder);
    this.packed = packed;
    execFileSync('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
    for (const name of ['@napi-rs/keyring', 'open', '@types/node', 'undici-types'])
      link(join(root, 'node_modules', name), join(modules, name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}
