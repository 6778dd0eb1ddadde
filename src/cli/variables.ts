import type { Program } from './program.ts';

/** The environment variables of a program, each with what it sets. */
export function describeVariables({ profile, variables }: Program): readonly (readonly [name: string, what: string])[] {
  const { allowEnvPassphrase, configDir, disableKeyring, newPassphrase, passphrase, quiet, keySource, storage } =
    profile.variables;
  return [
    [storage, 'auto (the best store there is, as where it is not set), keychain (an OS keyring or nothing) or file'],
    [disableKeyring, '1: no OS keyring is so much as asked'],
    [keySource, `how a new encrypted file is sealed: home or passphrase; ${profile.keySource} where it is not set`],
    [allowEnvPassphrase, `1: the passphrase may come from ${passphrase}`],
    [passphrase, `the passphrase of the encrypted file; nothing without ${allowEnvPassphrase}`],
    [newPassphrase, `the one that passphrase change puts in its place; nothing without ${allowEnvPassphrase}`],
    [configDir, 'the folder of the encrypted file, instead of the one below'],
    [quiet, '1: no notices and no receipts'],
    ...(variables ?? []),
  ];
}
