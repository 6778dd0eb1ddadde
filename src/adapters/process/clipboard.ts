import { spawn, spawnSync } from 'node:child_process';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Clipboard } from '../../ports/system.ts';
import { isInstalled } from './executables.ts';

/** A program that reads stdin into the clipboard, one that prints the clipboard, and one that empties it. */
interface ClipboardTool {
  readonly name: string;
  readonly copy: readonly string[];
  readonly paste: readonly string[];
  /** With empty stdin. */
  readonly clear: readonly string[];
  /** An argument of `copy` that tells clipboard managers not to keep it (KDE's x-kde-passwordManagerHint), if its help lists it. */
  readonly hint?: string;
}

const wayland: ClipboardTool = {
  name: 'wl-clipboard',
  copy: ['wl-copy', '--type', 'text/plain'],
  paste: ['wl-paste', '--no-newline'],
  clear: ['wl-copy', '--clear'],
  hint: '--sensitive',
};
const xclip: ClipboardTool = {
  name: 'xclip',
  copy: ['xclip', '-selection', 'clipboard'],
  paste: ['xclip', '-selection', 'clipboard', '-o'],
  clear: ['xclip', '-selection', 'clipboard'],
};
const xsel: ClipboardTool = {
  name: 'xsel',
  copy: ['xsel', '--clipboard', '--input'],
  paste: ['xsel', '--clipboard', '--output'],
  clear: ['xsel', '--clipboard', '--delete'],
};
const macos: ClipboardTool = { name: 'pbcopy', copy: ['pbcopy'], paste: ['pbpaste'], clear: ['pbcopy'] };

/** Of Windows, also in WSL. clip.exe would take the bytes for the console's code page. */
function powershell(command: string): readonly string[] {
  const utf8 = '$u=New-Object Text.UTF8Encoding $false;[Console]::InputEncoding=$u;[Console]::OutputEncoding=$u;';
  return ['powershell.exe', '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', `${utf8}${command}`];
}
const windows: ClipboardTool = {
  name: 'PowerShell',
  copy: powershell('Set-Clipboard -Value ([Console]::In.ReadToEnd())'),
  paste: powershell('[Console]::Out.Write((Get-Clipboard -Raw))'),
  clear: powershell('Set-Clipboard -Value $null'),
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The tools that can work here, best first. */
function listTools(platform: string, environment: Environment): readonly ClipboardTool[] {
  if (platform === 'darwin') return [macos];
  if (platform === 'win32') return [windows];
  return [
    ...(environment.WAYLAND_DISPLAY ? [wayland] : []),
    ...(environment.DISPLAY ? [xclip, xsel] : []),
    ...(environment.WSL_DISTRO_NAME ? [windows] : []),
  ];
}

/** How long a tool may take: PowerShell starts slowly. */
const limitMs = 20_000;

/** Finds the clipboard of the user's desktop. None, or no tool for it → `command-not-found`. */
export function openClipboard(platform: string, environment: Environment): Clipboard {
  const tools = listTools(platform, environment);
  const tool = tools.find(({ copy }) => process.platform === 'win32' || isInstalled(copy[0] ?? '', process.env.PATH));
  if (tool === undefined) throw noToolError(tools);
  return {
    tool: tool.name,
    copy(secret) {
      const hint = tool.hint !== undefined && listsOption(tool.copy[0] ?? '', tool.hint) ? [tool.hint] : [];
      return run([...tool.copy, ...hint], secret);
    },
    async paste() {
      const [command = '', ...args] = tool.paste;
      const { status, stdout } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: limitMs });
      return status === 0 ? stdout : undefined;
    },
    clear: () => run(tool.clear, new Uint8Array()),
  };
}

/** The tool may stay in the background to offer the content, so its output isn't a pipe that would stay open. */
function run([command = '', ...args]: readonly string[], input: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: limitMs });
    const fail = (why: string) =>
      reject(
        new CredentialError('failed', `${command} failed: ${why}`, {
          hint: `check that ${command} works: echo test | ${[command, ...args.slice(0, 2)].join(' ')}`,
        }),
      );
    child.once('error', ({ message }) => fail(message));
    child.once('exit', (code, signal) => (code === 0 ? resolve() : fail(signal ?? `exit code ${code}`)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function listsOption(command: string, option: string): boolean {
  const { stdout, stderr } = spawnSync(command, ['--help'], { encoding: 'utf8', timeout: limitMs });
  return `${stdout}${stderr}`.includes(option);
}

function noToolError(tools: readonly ClipboardTool[]): CredentialError {
  const osc52 = 'if your terminal can set the clipboard, add --osc52';
  if (tools.length === 0) {
    return new CredentialError('command-not-found', 'no desktop with a clipboard was found', { hint: osc52 });
  }
  const names = tools.map(({ name }) => name).join(' or ');
  return new CredentialError('command-not-found', 'no clipboard tool is installed', {
    hint: `install ${names}; ${osc52}`,
  });
}
