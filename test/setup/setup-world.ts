import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SetupContext } from '../../src/app/setup/setup.ts';
import { createSetupContext } from '../../src/composition/setup.ts';

const { bin: programs } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly bin: Readonly<Record<string, string>>;
};

export interface SetupWorld {
  readonly home: string;
  readonly setup: SetupContext;
  /** Writes a file of the home directory, and returns its path. */
  write(name: string, text: string | Uint8Array, mode?: number): string;
  read(name: string): string;
  exists(name: string): boolean;
}

/** A home directory with blanks and quotes in its name. */
export function createSetupWorld(environment: Readonly<Record<string, string>> = {}): SetupWorld {
  const root = mkdtempSync(join(tmpdir(), 'keystow-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const home = join(root, `a'b "c`);
  mkdirSync(home, { mode: 0o700 });
  const bin = join(root, 'bin');
  mkdirSync(bin);
  for (const name of Object.keys(programs)) writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  const all = { HOME: home, USERPROFILE: home, PATH: bin, ...environment };
  const settings = { placementPath: join(home, '.config/keystow/placement.json') } as Parameters<
    typeof createSetupContext
  >[0]['settings'];
  return {
    home,
    setup: createSetupContext({ settings, clock: () => '2026-11-29T20:00:00.000Z' }, all),
    write(name, text, mode = 0o644) {
      const path = join(home, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    },
    read: (name) => readFileSync(join(home, name), 'utf8'),
    exists: (name) => existsSync(join(home, name)),
  };
}
