import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openClipboard } from '../../src/adapters/process/clipboard.ts';
import { failure } from '../contract/errors.ts';
import { needsPosix } from '../support/needs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystow-clipboard-'));
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
});

/** A program that writes its arguments to a file, then runs a command of the shell in its folder. */
function install(name: string, command: string): void {
  const script = `#!/bin/sh\ncd '${folder}'\nprintf '%s' "${name}" >>args; printf ' %s' "$@" >>args; echo >>args\n${command}\n`;
  writeFileSync(join(folder, name), script, { mode: 0o755 });
}

const readArgs = () => readFileSync(join(folder, 'args'), 'utf8');
const content = () => readFileSync(join(folder, 'clip'));
const open = async (platform: string, environment: Record<string, string>) => openClipboard(platform, environment);
const secret = Buffer.from('clipped é\0\n');

const utf8 = '$u=New-Object Text.UTF8Encoding $false;[Console]::InputEncoding=$u;[Console]::OutputEncoding=$u;';
const shell = `powershell.exe -NoLogo -NoProfile -NonInteractive -Command ${utf8}`;

describe('the clipboard', needsPosix, () => {
  test.each([
    [
      'wl-clipboard',
      'linux',
      { WAYLAND_DISPLAY: 'w', DISPLAY: ':0' },
      'wl-copy --help\nwl-copy --type text/plain\n',
      'wl-paste --no-newline\n',
      'wl-copy --clear\n',
    ],
    [
      'xclip',
      'linux',
      { DISPLAY: ':0' },
      'xclip -selection clipboard\n',
      'xclip -selection clipboard -o\n',
      'xclip -selection clipboard\n',
    ],
    [
      'xsel',
      'linux',
      { DISPLAY: ':0' },
      'xsel --clipboard --input\n',
      'xsel --clipboard --output\n',
      'xsel --clipboard --delete\n',
    ],
    ['pbcopy', 'darwin', {}, 'pbcopy \n', 'pbpaste \n', 'pbcopy \n'],
    ...(['linux', 'win32'] as const).map(
      (platform) =>
        [
          'PowerShell',
          platform,
          platform === 'linux' ? { WSL_DISTRO_NAME: 'Debian' } : {},
          `${shell}Set-Clipboard -Value ([Console]::In.ReadToEnd())\n`,
          `${shell}[Console]::Out.Write((Get-Clipboard -Raw))\n`,
          `${shell}Set-Clipboard -Value $null\n`,
        ] as const,
    ),
  ] as const)(
    'of %s on %s gets the secret on stdin, and no argument has it',
    async (name, platform, environment, ...expected) => {
      const programs = {
        'wl-clipboard': ['wl-copy', 'wl-paste'],
        pbcopy: ['pbcopy', 'pbpaste'],
        PowerShell: ['powershell.exe'],
        xclip: ['xclip'],
        xsel: ['xsel'],
      }[name];
      for (const program of programs)
        install(program, 'case "$*" in *--help*) ;; *paste*|*-o*|*Get-*) ;; *) cat >clip;; esac; cat clip 2>/dev/null');
      const clipboard = await open(platform, environment);
      expect(clipboard.tool).toBe(name);
      const [copied, pasted, cleared] = expected;
      await clipboard.copy(secret);
      expect(content()).toEqual(secret);
      expect(readArgs()).toBe(copied);
      rmSync(join(folder, 'args'));
      await clipboard.paste();
      expect(readArgs()).toBe(pasted);
      rmSync(join(folder, 'args'));
      await clipboard.clear();
      expect(readArgs()).toBe(cleared);
      expect(content()).toHaveLength(0);
    },
  );

  test('is asked not to keep the secret, if the help of the tool lists the option', async () => {
    for (const output of ['', '>&2']) {
      install('wl-copy', `case "$1" in --help) echo '  -s, --sensitive' ${output};; *) cat >clip;; esac`);
      await (await open('linux', { WAYLAND_DISPLAY: 'w' })).copy(secret);
      expect(readArgs()).toBe('wl-copy --help\nwl-copy --type text/plain --sensitive\n');
      rmSync(join(folder, 'args'));
    }
  });

  test('is read as bytes, and has no content if the tool fails', async () => {
    install('wl-copy', '');
    install('wl-paste', "printf 'a\\377\\0'");
    const clipboard = await open('linux', { WAYLAND_DISPLAY: 'w' });
    expect(await clipboard.paste()).toEqual(Buffer.from([0x61, 0xff, 0]));
    install('wl-paste', 'echo nothing; exit 1');
    expect(await clipboard.paste()).toBeUndefined();
    rmSync(join(folder, 'wl-paste'));
    expect(await clipboard.paste()).toBeUndefined();
  });

  test.each([
    ['exit 3', 'xclip failed: exit code 3'],
    ['kill -9 $$', 'xclip failed: SIGKILL'],
  ])('fails with its tool: %s', async (command, message) => {
    install('xclip', command);
    const clipboard = await open('linux', { DISPLAY: ':0' });
    for (const work of [clipboard.copy(Buffer.alloc(1_000_000)), clipboard.clear()]) {
      const error = await failure(work, 'failed');
      expect(error.message).toBe(message);
      expect(error.hint).toContain('echo test | xclip -selection clipboard');
    }
  });

  test('fails if the tool disappears', async () => {
    install('xclip', '');
    const clipboard = await open('linux', { DISPLAY: ':0' });
    rmSync(join(folder, 'xclip'));
    await failure(clipboard.copy(secret), 'failed');
  });

  test('does not wait for what the tool leaves in the background', async () => {
    install('xclip', 'cat >clip; sleep 600 & echo $! >pid');
    await (await open('linux', { DISPLAY: ':0' })).copy(secret);
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL');
    expect(content()).toEqual(secret);
  });

  test('is the best one that is installed: of Wayland, of X, of Windows', async () => {
    const environment = { WAYLAND_DISPLAY: 'w', DISPLAY: ':0', WSL_DISTRO_NAME: 'Debian' };
    const find = async () => (await open('linux', environment)).tool;
    install('powershell.exe', '');
    expect(await find()).toBe('PowerShell');
    install('xsel', '');
    expect(await find()).toBe('xsel');
    install('xclip', '');
    expect(await find()).toBe('xclip');
    install('wl-copy', '');
    expect(await find()).toBe('wl-clipboard');
    expect(existsSync(join(folder, 'args'))).toBe(false);
  });

  test('is missing without a desktop or a tool, and the hint names what to install', async () => {
    vi.stubEnv('PATH', folder);
    const none = await failure(open('linux', { DISPLAY: '' }), 'command-not-found');
    expect(none.message).toBe('no desktop with a clipboard was found');
    expect(none.hint).toContain('--osc52');
    const hint = async (platform: string, environment: Record<string, string>) =>
      (await failure(open(platform, environment), 'command-not-found')).hint;
    expect(await hint('linux', { DISPLAY: ':0' })).toMatch(/^install xclip or xsel; .*--osc52$/);
    expect(await hint('linux', { WAYLAND_DISPLAY: 'w' })).toContain('install wl-clipboard;');
    expect(await hint('darwin', {})).toContain('install pbcopy;');
    expect(await hint('win32', {})).toContain('install PowerShell;');
  });
});
