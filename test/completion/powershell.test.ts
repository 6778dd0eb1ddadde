import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { formatCompletion, formatScript } from '../../src/cli/commands/completion.ts';
import { findScript } from '../support/programs.ts';

const script = formatScript('powershell', 'keystow');

/** What the script passes to the program after `complete powershell --`. PowerShell itself may not be installed. */
function complete(...words: readonly string[]): readonly string[] {
  const args = [findScript('keystow'), 'complete', 'powershell', '--', ...words];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return stdout.trimEnd().split('\n');
}

describe('completion in PowerShell', () => {
  test('registers a completer for the program, and quotes, brackets and braces are balanced', () => {
    expect(script).toContain('Register-ArgumentCompleter -Native -CommandName keystow -ScriptBlock {');
    // Without comments and quoted text.
    const code = script.replace(/^#.*$/gm, '').replace(/"(`.|[^"`])*"|'[^']*'/g, '');
    expect(code).not.toMatch(/["'`]/);
    for (const [open, close] of ['()', '{}', '[]']) {
      expect(code.split(open as string).length, open).toBe(code.split(close as string).length);
    }
  });

  test('is only ASCII, because Windows PowerShell reads the output of a program in an old code page', () => {
    expect(script).toMatch(/^[\n -~]+$/);
  });

  test('marks the last word with an equals sign, because Windows PowerShell drops an empty argument', () => {
    const [kind, ...commands] = complete('=');
    expect(kind).toBe('words');
    expect(commands).toContainEqual(expect.stringMatching(/^get\tPrint a secret/));
    expect(complete('doctor', '=--ch')).toContainEqual(expect.stringMatching(/^--check\t/));
    expect(complete('migrate', '--to', '=')).toEqual(expect.arrayContaining(['words', 'keychain', 'file']));
    expect(complete('completion', '=')).toEqual(['words', 'bash', 'zsh', 'fish', 'powershell']);
  });

  test('leaves file names to PowerShell', () => expect(complete('doctor', '--replay', '=')).toEqual(['files']));

  test('separates a description by a tab', () => {
    const words = [{ text: 'get', description: 'gets' }, { text: 'a b' }];
    expect(formatCompletion({ kind: 'words', words }, 'powershell')).toBe('words\nget\tgets\na b\n');
  });
});
