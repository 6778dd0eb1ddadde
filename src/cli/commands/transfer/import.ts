import type { Context } from '../../../app/context.ts';
import { type ImportReport, importCredentials } from '../../../app/transfer.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { compareNames, formatName, isReference, isSameName } from '../../../domain/credential-name.ts';
import { Secret } from '../../../domain/secret.ts';
import { parseExport, type TransferredCredential } from '../../../domain/transfer/export-document.ts';
import {
  type ItemSource,
  itemSources,
  toImportedName,
  toPassName,
  toSearch,
} from '../../../domain/transfer/foreign-items.ts';
import { type ParsedRows, parseRows, parseVariables, type RejectedRow } from '../../../domain/transfer/tables.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { decodeInput, readInputFile } from '../../input.ts';
import { formatImported, formatImportSummary, formatRejected } from '../../output/credential-text.ts';
import { openWithPassphrase } from './passphrase.ts';

export function importCommand(cli: Cli): Command {
  return defineCommand({
    name: 'import',
    summary: 'Store the credentials of a file or of another program; they stay there, too',
    operands: {
      from: { choices: importSources, describe: 'what to import; see docs/export.md' },
      file: { optional: true, completes: 'files', describe: 'the file, for age, json, csv and env; - for stdin' },
    },
    options: {
      'dry-run': { describe: 'print what would be imported, and write nothing' },
      replace: { describe: 'replace secrets that are stored under the same name' },
      identity: {
        value: 'FILE',
        many: true,
        completes: 'files',
        describe: 'for age: the file with the secret key that opens it',
      },
      service: { value: 'NAME', describe: 'for env: the service to store the variables under' },
      json: { describe: 'print JSON with the outcome for each credential' },
    },
    examples: [
      ['$0 import age backup.age', 'import an export of another machine'],
      ['$0 import csv passwords.csv --dry-run', 'show what a file of a browser or a password manager would add'],
      ['$0 import pass', 'store the passwords of pass(1); keytar, keyring, git and docker work in the same way'],
      ['$0 import env .env --service my-app', 'store each variable of a .env file'],
    ],
    async run({ from, file, 'dry-run': dryRun, replace: replaces, identity = [], service, json }) {
      const context = cli.context();
      const { credentials, rejected } = await readImport(cli, context, { from, file, identities: identity, service });
      const { quiet } = context.settings;
      const reports: ImportReport[] = [];
      for await (const report of importCredentials(context, credentials, { dryRun, replaces })) {
        reports.push(report);
        if (json) continue;
        const line = formatImported(report, dryRun);
        if (report.outcome === 'skipped') context.terminal.warn(line, report.hint);
        else if (!quiet) await cli.print([line]);
      }
      if (json) await cli.printJson({ dryRun, credentials: reports, rejected });
      else {
        for (const row of rejected) context.terminal.warn(formatRejected(row));
        if (!quiet) await cli.print([formatImportSummary(reports, rejected.length, dryRun)]);
      }
      if (rejected.length > 0 || reports.some(({ outcome }) => outcome === 'skipped')) cli.exitWith(exitCodes.error);
    },
  });
}

/** What `import` can read. */
const fileSources = ['age', 'json', 'csv', 'env'] as const;
const importSources = [...fileSources, 'pass', ...itemSources] as const;

interface ImportRequest {
  readonly from: (typeof importSources)[number];
  readonly file: string | undefined;
  /** Files with secret keys of age. */
  readonly identities: readonly string[];
  readonly service: string | undefined;
}

interface ReadCredentials {
  readonly credentials: readonly TransferredCredential[];
  readonly rejected: readonly RejectedRow[];
}

/** More than the encrypted file can hold. */
const maxBytes = 128 * 1024 * 1024;
const maxIdentityBytes = 1024 * 1024;

/** Reads the credentials to import. Writes nothing. */
async function readImport(cli: Cli, context: Context, request: ImportRequest): Promise<ReadCredentials> {
  const { from, file, service } = request;
  if (!isFileSource(from)) {
    if (file !== undefined) {
      throw new CredentialError('invalid-input', `import ${from} takes no file`, { hint: `import ${from}` });
    }
    checkOptions(request);
    return from === 'pass' ? readPass(cli, context) : readItems(cli, context, from);
  }
  if (file === undefined) {
    throw new CredentialError('invalid-input', `import ${from} needs a file`, { hint: `name it: import ${from} FILE` });
  }
  checkOptions(request);
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

function isFileSource(from: ImportRequest['from']): from is (typeof fileSources)[number] {
  return (fileSources as readonly string[]).includes(from);
}

function checkOptions({ from, identities, service }: ImportRequest): void {
  if (service !== undefined && from !== 'env') throw onlyForError('--service', 'env');
  if (identities.length > 0 && from !== 'age') throw onlyForError('--identity', 'age');
}

/** Reads the items of other programs. Items that aren't theirs are left out. */
async function readItems(cli: Cli, context: Context, source: ItemSource): Promise<ReadCredentials> {
  const items = (await cli.services.foreignCredentials(context, cli.environment)).items();
  try {
    const isWanted = (attributes: Readonly<Record<string, string>>) => toImportedName(source, attributes) !== undefined;
    const found = await items.search(toSearch(source), isWanted, { signal: cli.signal });
    return rejectDuplicates(
      found
        .flatMap(({ attributes, secret }) => {
          const name = toImportedName(source, attributes);
          return name ? [{ ...name, secret }] : [];
        })
        .sort(compareNames),
    );
  } finally {
    await items.close();
  }
}

/** Reads the first line of each entry, which is the password (pass(1)). */
async function readPass(cli: Cli, context: Context): Promise<ReadCredentials> {
  const entries = (await cli.services.foreignCredentials(context, cli.environment)).entries();
  const credentials: TransferredCredential[] = [];
  const rejected: RejectedRow[] = [];
  for (const path of await entries.list()) {
    const name = toPassName(path);
    const content = Buffer.from(await entries.read(path, { signal: cli.signal }));
    const end = content.indexOf('\n');
    const secret = end < 0 ? content : content.subarray(0, end);
    if (name === undefined) rejected.push({ where: path, reason: 'has an invalid name' });
    else if (secret.length === 0) rejected.push({ where: path, reason: 'has an empty first line' });
    else credentials.push({ ...name, secret: new Secret(secret) });
    if (end >= 0 && end < content.length - 1) context.terminal.notice(`only the first line of ${path} is imported`);
  }
  return { credentials, rejected };
}

/** Two items with the same name and different secrets: nobody knows which one is right. */
function rejectDuplicates(found: readonly TransferredCredential[]): ReadCredentials {
  const credentials: TransferredCredential[] = [];
  const rejected: RejectedRow[] = [];
  for (const credential of found) {
    const earlier = credentials.find((other) => isSameName(other, credential));
    if (earlier === undefined) credentials.push(credential);
    else if (!earlier.secret.equals(credential.secret)) {
      rejected.push({ where: formatName(credential), reason: 'has another secret in a second item' });
    }
  }
  return { credentials, rejected };
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
