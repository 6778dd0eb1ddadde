import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A user ID that no account of a machine has. */
const uid = 47_110;

/**
 * A machine that differs from this one in its accounts: programs that root runs in a mount namespace (mount_namespaces(7)) see
 * another /etc/passwd and /etc/sudoers. It has an account `alice`.
 */
export interface PrivateMachine {
  /** The home of `alice`. */
  readonly home: string;
  /** A line of shell that runs sshd(8) for the one connection on its stdin and stdout, as `ProxyCommand` of ssh_config(5). */
  readonly sshd: string;
  /** A line of shell that runs another one as `alice`, who may use sudo with her password. */
  asAlice(line: string, environment: Readonly<Record<string, string>>): string;
  /** Whose keys may log in as `alice`, in the format of authorized_keys. */
  authorize(publicKey: string): void;
  remove(): void;
}

/** Returns why there can be none here. */
export function missingPrivateMachine(): string | undefined {
  if (process.geteuid?.() !== 0) return 'not run by root';
  const { status } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/run']);
  return status === 0 ? undefined : 'root may not mount anything here';
}

export function createPrivateMachine(password: string): PrivateMachine {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-machine-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'alice');
  mkdirSync(home);
  chownSync(home, uid, uid);
  const write = (name: string, text: string, mode = 0o644) => writeFileSync(join(folder, name), text, { mode });
  const accounts = readFileSync('/etc/passwd', 'utf8').match(/^(root|sshd|nobody):.*$/gm) ?? [];
  write('passwd', [...accounts, `alice:${hashPassword(password)}:${uid}:${uid}::${home}:/bin/sh`, ''].join('\n'));
  write('sudoers', 'alice ALL=(ALL) ALL\n', 0o440);
  write('keys', '');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')]);
  write('sshd_config', formatSshdConfig(folder));
  write(
    'enter',
    `set -e
mount --bind '${folder}/passwd' /etc/passwd
mount --bind '${folder}/sudoers' /etc/sudoers
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd
exec "$@"
`,
  );
  const enter = `unshare --mount sh '${folder}/enter'`;
  return {
    home,
    sshd: `${enter} /usr/sbin/sshd -i -f '${folder}/sshd_config'`,
    asAlice(line, environment) {
      const variables = Object.entries({ HOME: home, ...environment }).map(([name, value]) =>
        quote(`${name}=${value}`),
      );
      const as = `setpriv --reuid=${uid} --regid=${uid} --clear-groups env --ignore-environment ${variables.join(' ')}`;
      return `cd '${home}' && ${enter} ${as} /bin/sh -c ${quote(line)}`;
    },
    authorize: (publicKey) => write('keys', publicKey),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function hashPassword(password: string): string {
  return spawnSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).stdout.trim();
}

/** Without PAM, which needs more of the machine. */
function formatSshdConfig(folder: string): string {
  return [
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/keys`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'KbdInteractiveAuthentication no',
    '',
  ].join('\n');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
