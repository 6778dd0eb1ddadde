import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGitConfig } from '../../src/domain/formats/git-config.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { needs } from '../support/needs.ts';
import { readConfig, restores, toolInput } from './tool-input.ts';

/** Each run starts git. */
const runs = { numRuns: fastOrSlow(100, 2_000) };

const hasGit = spawnSync('git', ['--version']).status === 0;
const needsGit = needs(hasGit, 'git');

/** What git reads from a text, as a list of `key\nvalue`; `undefined` if it rejects the text. */
function askGit(text: string): readonly string[] | undefined {
  const { stdout, status } = spawnSync('git', ['config', '--file', '-', '--list', '-z'], { input: text });
  return status === 0 ? stdout.toString().split('\0').slice(0, -1) : undefined;
}

const lines = fc.oneof(
  fc.constantFrom(
    '[user]',
    '[credential]',
    '[Credential]',
    '[credential "https://a.example"]',
    '[credential.sub]',
    '[core] editor = vi ; why',
    '\tname = A \\',
    '  B',
    'helper = store',
    'helper = ',
    '\thelper = "!f() { echo \\"x\\"; }; f" # comment',
    'key',
    '# helper = keystow',
    '; [credential]',
    'a = "b ; c',
    'a = b\\q',
    '= x',
    '',
  ),
  fc.string({ maxLength: 12 }),
);
const texts = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(lines, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([mark, lines, end, isClosed]) => mark + lines.join(end) + (isClosed ? end : ''));

describe('git-config', () => {
  test('[SET1] accepts and reads what git does', needsGit, () => {
    fc.assert(
      fc.property(texts, (text) => {
        const expected = askGit(text);
        fc.pre(!text.includes('\0'));
        let entries: readonly string[] | undefined;
        try {
          entries = parseGitConfig(text).entries.map(({ section, name, value }) =>
            [section === '' ? name : `${section}.${name}`, ...(value === undefined ? [] : [value])].join('\n'),
          );
        } catch {}
        // Some versions of git turn a tab in a value into a space.
        const spaced = (list?: readonly string[]) => list?.map((line) => line.replaceAll('\t', ' '));
        expect(spaced(entries)).toEqual(spaced(expected));
      }),
      runs,
    );
  });

  test('[SET2] is changed so that git asks keystow first, and the undo restores every byte', needsGit, () => {
    fc.assert(
      fc.property(texts, (text) => {
        const changed = restores('git', undefined, text);
        if (changed === undefined) return;
        const before = askGit(text) ?? [];
        const after = askGit(changed) ?? [];
        expect(after.toSorted()).toEqual([...before, 'credential.helper\nkeystow'].toSorted());
        const helpers = after.filter((line) => line.startsWith('credential.helper\n'));
        const last = helpers.lastIndexOf('credential.helper\n');
        expect(helpers.indexOf('credential.helper\nkeystow')).toBe(last + 1);
      }),
      runs,
    );
  });

  test('[SET3] names an executable that is not on PATH so that git runs it, whatever its path', () => {
    const plan = (path: string) =>
      readConfig('git', toolInput('git', undefined, '', { name: 'git-credential-keystow', path, isOnPath: false }));
    expect(plan('/opt/k/git-credential-keystow')).toBe('[credential]\n\thelper = /opt/k/git-credential-keystow\n');
    expect(plan("/o'p t/git-credential-keystow")).toBe(
      "[credential]\n\thelper = \"!'/o'\\\\''p t/git-credential-keystow'\"\n",
    );
  });
});
