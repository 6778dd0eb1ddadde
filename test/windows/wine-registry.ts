import { runTool } from './run-tool.ts';

/** Where Wine keeps credentials: a key each, `Generic: TARGET`. */
export const registryKey = 'HKCU\\Software\\Wine\\Credential Manager';

/** What Wine encrypts the secrets with: 8 bytes. Where it is something else, none can be read or written (error 1015). */
const value = 'EncryptionKey';

/** Makes Credential Manager fail, and gives back what mends it. */
export function breakCredentialManager(): () => void {
  const [, hex] = /REG_BINARY\s+([0-9A-F]+)/.exec(reg('query', registryKey, '/v', value)) ?? [];
  if (hex === undefined) throw new Error('Credential Manager is broken already, or was never used');
  reg('add', registryKey, '/v', value, '/t', 'REG_SZ', '/d', 'broken', '/f');
  return () => void reg('add', registryKey, '/v', value, '/t', 'REG_BINARY', '/d', hex, '/f');
}

function reg(...args: readonly string[]): string {
  const { stdout, stderr, status } = runTool('reg', args);
  if (status !== 0) throw new Error(`reg ${args[0]}: ${stderr}${stdout}`);
  return stdout;
}
