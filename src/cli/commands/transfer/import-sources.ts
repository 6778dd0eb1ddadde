import type { Context } from '../../../app/context.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { Secret } from '../../../domain/secret.ts';
import { parseExport, type TransferredCredential } from '../../../domain/transfer/export-document.ts';
import { isReference } from '../../../domain/transfer/reference.ts';
import { type ParsedRows, parseRows, parseVariables, type RejectedRow } from '../../../domain/transfer/tables.ts';
import type { Cli } from '../../cli.ts';
import { decodeInput, readInputFile } from '../../input-file.ts';
import { openWithPassphrase } from './passphrase.ts';

/** What `import` can read. */
export const importSources = ['age', 'json', 'csv', 'env'] as const;

export interface ImportRequest {
  readonly from: (typeof importSources)[number];
  readonly file: string | undefined;
  /** Files with secret keys of age. */
  readonly identities: readonly string[];
  readonly service: string | undefined;
}

export interface ReadCredentials {
  readonly credentials: readonly TransferredCredential[];
  readonly rejected: readonly RejectedRow[];
}

/** More than the encrypted file can hold. */
const maxBytes = 128 * 1024 * 1024;
const maxIdentityBytes = 1024 * 1024;

/** Reads the credentials to import. Writes nothing. */
export async function readImport(cli: Cli, context: Context, request: ImportRequest): Promise<ReadCredentials> {
  const { from, file, service } = request;
  if (file === undefined) {
    throw new CredentialError('invalid-input', `import ${from} needs a file`, { hint: `name it: import ${from} FILE` });
  }
  if (service !== undefined && from !== 'env') throw onlyForError('--service', 'env');
  if (request.identities.length > 0 && from !== 'age') throw onlyForError('--identity', 'age');
  const bytes = await readInputFile(file, { maxBytes, signal: cli.signal });
  switch (from) {
    case 'age':
      return { credentials: parseExport(decodeInput(await decrypt(cli, context, bytes, request), file)), rejected: [] };
    case 'json':
      return { credentials: parseExport(decodeInput(bytes, file)), rejected: [] };
    case 'csv': {
      const parse = await cli.services.csvParser();
      return toCredentials(parseRows(parse(decodeInput(bytes, file)), context.clock()));
    }
    default: {
      if (service === undefined) {
        throw new CredentialError('invalid-input', 'missing required option: --service', {
          hint: `the variables become its accounts: import env ${file} --service my-app`,
        });
      }
      const parse = await cli.services.envFileParser();
      return toCredentials(parseVariables(parse(decodeInput(bytes, file)), service, isReference));
    }
  }
}

function toCredentials({ credentials, rejected }: ParsedRows): ReadCredentials {
  const encoder = new TextEncoder();
  return {
    credentials: credentials.map(({ secret, ...rest }) => ({ ...rest, secret: new Secret(encoder.encode(secret)) })),
    rejected,
  };
}

async function decrypt(
  cli: Cli,
  context: Context,
  bytes: Uint8Array,
  { file = '', identities }: ImportRequest,
): Promise<Uint8Array> {
  const age = await cli.services.age();
  switch (age.inspect(bytes)) {
    case 'identity':
      throw new CredentialError('invalid-input', `${file} is an age identity, which opens exports, and not an export`, {
        hint: `pass it as --identity ${file}, and keep it secret`,
      });
    case 'none':
      throw new CredentialError('invalid-input', `${file} is not encrypted by age`, {
        hint: 'an export that was written with --plain: import json FILE',
      });
    case 'passphrase':
      return openWithPassphrase(cli, context, (passphrase) => age.decrypt(bytes, { passphrase }));
    case 'recipients':
      if (identities.length === 0) {
        throw new CredentialError('invalid-input', `${file} is encrypted for a public key`, {
          hint: 'name the file with the secret key: --identity FILE',
        });
      }
      return age.decrypt(bytes, { identities: await readIdentities(cli, identities) });
  }
}

async function readIdentities(cli: Cli, paths: readonly string[]): Promise<readonly string[]> {
  const age = await cli.services.age();
  const identities: string[] = [];
  for (const path of paths) {
    const bytes = await readInputFile(path, { maxBytes: maxIdentityBytes, signal: cli.signal });
    if (age.inspect(bytes) === 'passphrase' || age.inspect(bytes) === 'recipients') {
      throw new CredentialError('invalid-input', `${path} is itself encrypted`, {
        hint: `decrypt it into a pipe: --identity <(age -d ${path})`,
      });
    }
    const lines = decodeInput(bytes, path).split(/\r?\n/);
    identities.push(...lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')));
  }
  return identities;
}

function onlyForError(option: string, source: string): CredentialError {
  return new CredentialError('invalid-input', `${option} works only with import ${source}`, { hint: `omit ${option}` });
}
