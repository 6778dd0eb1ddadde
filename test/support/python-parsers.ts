import { spawnSync } from 'node:child_process';

export type PythonKind = 'ini' | 'ini-with-repeats' | 'toml';

/** What Python's own parsers read from texts: `null` for one that they reject. */
export function askPython(kind: PythonKind, texts: readonly string[]): readonly (Record<string, unknown> | null)[] {
  const { stdout } = spawnSync('python3', ['-c', pythonParsers, kind], {
    input: JSON.stringify(texts),
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout.toString());
}

const pythonParsers = `
import configparser, json, sys, tomllib
kind = sys.argv[1]
def ini(text):
    parser = configparser.RawConfigParser(strict=kind == 'ini')
    parser.read_string(text.replace('\\r\\n', '\\n'))
    return {name: dict(parser[name]) for name in parser.sections()}
def read(text):
    try:
        return json.loads(json.dumps(tomllib.loads(text.removeprefix('\\ufeff')) if kind == 'toml' else ini(text), default=str))
    except (configparser.Error, tomllib.TOMLDecodeError):
        return None
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

export const hasTomllib = spawnSync('python3', ['-c', 'import tomllib']).status === 0;
