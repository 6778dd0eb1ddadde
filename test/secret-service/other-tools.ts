import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { AttributeSchema } from '../../src/domain/profile.ts';
import { patienceMs } from '../support/patience.ts';
import type { SessionBus } from '../support/session-bus.ts';

type Environment = SessionBus['environment'];

/** Another program that stores credentials in the Secret Service. */
export interface OtherTool {
  readonly name: string;
  /** Why it can't run here. */
  readonly missing: string | undefined;
  /** The attributes that it uses. */
  readonly schema: AttributeSchema;
  set(environment: Environment, service: string, account: string, text: string): void;
  /** Returns `undefined` if the credential doesn't exist. */
  get(environment: Environment, service: string, account: string): string | undefined;
  delete(environment: Environment, service: string, account: string): void;
}

/** A tool that is called as `COMMAND … VERB SERVICE ACCOUNT`, reads stdin, and exits with 1 if nothing is found. */
function tool(
  name: string,
  missing: string | undefined,
  buildCommand: (verb: string, ...key: string[]) => string[],
  schema: AttributeSchema = 'keystow',
): OtherTool {
  const run = (env: Environment, verb: string, service: string, account: string, input = '') => {
    const [command = '', ...args] = buildCommand(verb, service, account);
    const cwd = resolve(import.meta.dirname, '../..');
    const { status, stdout, stderr } = spawnSync(command, args, {
      env,
      input,
      cwd,
      encoding: 'utf8',
      timeout: patienceMs,
    });
    if (status !== 0 && !(verb === 'get' && status === 1))
      throw new Error(`${name} ${verb} ended with ${status}: ${stderr}`);
    return status === 0 ? stdout : undefined;
  };
  return {
    name,
    missing,
    schema,
    set: (env, service, account, text) => void run(env, 'set', service, account, text),
    get: (env, service, account) => run(env, 'get', service, account),
    delete: (env, service, account) => void run(env, 'delete', service, account),
  };
}

function explainMissing(tool: string, ...command: readonly [string, ...string[]]): string | undefined {
  const [program, ...args] = command;
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0 ? undefined : `${tool} is not installed`;
}

const python = '/usr/bin/python3';

const pythonScript = `
import sys
from keyring.backends.SecretService import Keyring
verb, service, account = sys.argv[1:4]
if verb == 'set': Keyring().set_password(service, account, sys.stdin.read())
if verb == 'delete': Keyring().delete_password(service, account)
if verb == 'get':
    found = Keyring().get_password(service, account)
    if found is None: sys.exit(1)
    sys.stdout.write(found)
`;

const bindingScript = `
const { Entry } = require('@napi-rs/keyring');
const [verb, service, account] = process.argv.slice(1);
const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
if (verb === 'set') entry.setPassword(require('node:fs').readFileSync(0, 'utf8'));
if (verb === 'delete') entry.deletePassword();
if (verb === 'get') {
  const found = entry.getPassword();
  if (found === null) process.exit(1);
  process.stdout.write(found);
}
`;

/** GitHub’s fork of keytar: it has the native code of keytar 7.9, already built. */
const keytarScript = `
const keytar = require('@github/keytar');
const [verb, service, account] = process.argv.slice(1);
(async () => {
  if (verb === 'set') await keytar.setPassword(service, account, require('node:fs').readFileSync(0, 'utf8'));
  if (verb === 'delete') await keytar.deletePassword(service, account);
  if (verb === 'get') {
    const found = await keytar.getPassword(service, account);
    if (found === null) process.exit(1);
    process.stdout.write(found);
  }
})().catch((error) => { console.error(error); process.exit(2); });
`;

const secretToolVerbs: Readonly<Record<string, readonly string[]>> = {
  set: ['store', '--label=a label'],
  get: ['lookup'],
  delete: ['clear'],
};

export const otherTools: readonly OtherTool[] = [
  tool(
    'secret-tool',
    explainMissing('secret-tool', 'sh', '-c', 'command -v secret-tool'),
    (verb, service = '', account = '') => [
      'secret-tool',
      ...(secretToolVerbs[verb] ?? []),
      ...['service', service, 'username', account],
    ],
  ),
  tool('Python keyring', explainMissing('Python keyring', python, '-c', 'import keyring, secretstorage'), (...args) => [
    python,
    '-c',
    pythonScript,
    ...args,
  ]),
  tool(
    '@napi-rs/keyring',
    explainMissing('@napi-rs/keyring', process.execPath, '-e', 'require("@napi-rs/keyring")'),
    (...args) => [process.execPath, '-e', bindingScript, ...args],
  ),
  tool(
    'keytar',
    explainMissing('keytar or libsecret', process.execPath, '-e', 'require("@github/keytar")'),
    (...args) => [process.execPath, '-e', keytarScript, ...args],
    'keytar',
  ),
];
