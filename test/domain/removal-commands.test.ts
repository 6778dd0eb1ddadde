import { describe, expect, test } from 'vitest';
import { formatRemovalCommand } from '../../src/domain/advice/commands.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';

describe('the command that removes a credential', () => {
  const name = { service: 'jsm', account: "al's key" };
  const linux = { platform: 'linux', path: '/home/al b/tokens.json' };
  const windows = { platform: 'win32', path: 'C:\\Users\\al b\\tokens.json' };

  test.each([
    ['keychain', "security delete-generic-password -s jsm -a 'al'\\''s key'"],
    ['secret-service', "secret-tool clear service jsm username 'al'\\''s key'"],
    ['pass', 'pass rm -f keystow/jsm/al%27s%20key'],
    ['file', "rm -f '/home/al b/tokens.json'"],
  ] as const)('from the %s is quoted for the shell', (store, command) => {
    expect(formatRemovalCommand(store, name, linux)).toBe(command);
  });

  test('from pass names the folder to look in if the name is too long for an entry', () => {
    const long = { service: 'é'.repeat(500), account: 'al' };
    expect(formatRemovalCommand('pass', long, linux)).toMatch(/^pass rm -f 'keystow[^']*\/…'$/);
  });

  test('from the Credential Manager names the target that Windows lists', () => {
    const command = (name: CredentialName, windowsTarget?: string) =>
      formatRemovalCommand('credential-manager', name, { ...windows, windowsTarget });
    expect(command(name)).toBe('cmdkey "/delete:al%27s key.jsm"');
    expect(command(name, 'jsm')).toBe('cmdkey /delete:jsm');
    expect(command({ service: 'difyctl/localhost', account: 'Al' })).toBe('cmdkey "/delete:^al.difyctl/localhost"');
    expect(command({ service: 's'.repeat(300), account: 'al' })).toBe('control /name Microsoft.CredentialManager');
  });

  test('from the encrypted file on Windows works in both shells', () => {
    expect(formatRemovalCommand('file', name, windows)).toBe('del "C:\\Users\\al b\\tokens.json"');
  });
});
