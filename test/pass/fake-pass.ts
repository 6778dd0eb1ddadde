import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The commands of `pass`, on unencrypted files. `$entry` and `$new` are their paths. */
const commands = {
  show: 'exec cat "$entry"',
  insert: 'exec cat >"$entry"',
  mv: 'exec mv "$entry" "$new"',
  rm: 'exec rm "$entry"',
};

/** A password store without GnuPG. Removed when the test ends. */
export interface FakePass {
  readonly environment: Readonly<Record<string, string>>;
  readonly home: string;
  /** Returns the content of each entry by its path. */
  entries(): Readonly<Record<string, string>>;
  put(entry: string, content: string): void;
  /** Returns the arguments of each call of pass. */
  calls(): readonly string[];
}

/** `instead`: shell commands that replace those of `pass`. */
export function createFakePass(instead: Partial<typeof commands> = {}): FakePass {
  const home = mkdtempSync(join(tmpdir(), 'keystow-pass-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const [programs, store, calls] = [join(home, 'programs'), join(home, '.password-store'), join(home, 'calls')];
  for (const folder of [programs, store]) mkdirSync(folder);
  writeFileSync(join(store, '.gpg-id'), 'tests\n');
  const cases = Object.entries({ ...commands, ...instead }).map(([verb, line]) => `${verb}) ${line} ;;`);
  const script = `#!/bin/sh
    echo "$*" >>${calls}
    verb=$1; shift
    while [ "\${1#--}" != "$1" ]; do shift; done
    cd ${store}; entry=$1.gpg new=$2.gpg
    mkdir -p "$(dirname "$entry")" "$(dirname "$new")"
    case $verb in ${cases.join('\n')}
    esac`;
  writeFileSync(join(programs, 'pass'), script, { mode: 0o755 });
  const toFile = (entry: string) => join(store, `${entry}.gpg`);
  return {
    environment: { PATH: `${programs}:${process.env.PATH}`, HOME: home },
    home,
    entries() {
      const found = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.gpg'));
      return Object.fromEntries(found.map((file) => [file.slice(0, -4), readFileSync(join(store, file), 'utf8')]));
    },
    put(entry, content) {
      mkdirSync(dirname(toFile(entry)), { recursive: true });
      writeFileSync(toFile(entry), content);
    },
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : []),
  };
}
