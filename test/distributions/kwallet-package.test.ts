import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';

/** What a package manager says, or why it cannot be asked here. */
function ask(command: string, ...args: string[]): { readonly said: string } | { readonly missing: string } {
  const { error, status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error) return { missing: `${command} is not installed: this is another distribution` };
  return status === 0 && stdout !== '' ? { said: stdout } : { missing: `${command} knows no such package yet` };
}

const apt = ask('apt-cache', 'depends', 'kwalletmanager');
describeStore('Debian and Ubuntu', 'apt', 'missing' in apt ? apt.missing : undefined, () => {
  test('[DIST1] kwalletmanager brings the wallet daemon with it, so apt install kwalletmanager is enough', () => {
    expect('said' in apt && apt.said).toMatch(/^ *\|?Depends: libkf5wallet-bin$/m);
  });
});

const dnf = ask('dnf', 'repoquery', '--requires', '--resolve', 'kwalletmanager5');
describeStore('Fedora', 'dnf', 'missing' in dnf ? dnf.missing : undefined, () => {
  test('[DIST2] kwalletmanager5 brings the wallet daemon with it, so dnf install kwalletmanager5 is enough', () => {
    expect('said' in dnf && dnf.said).toMatch(/^kf5-kwallet-/m);
  });
});
