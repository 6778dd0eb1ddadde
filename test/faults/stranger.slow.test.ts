import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { root, Stranger } from '../package/packed.ts';
import { missingSessionBus } from '../support/session-bus.ts';

/** A project of somebody else's, with the packed package installed, and what it wants beside it. */
let stranger: Stranger;
let project: string;

function run(command: string, ...args: readonly string[]) {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const options = { cwd: project, encoding: 'utf8', timeout: 120_000, env } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return { status, said: `${stdout}${stderr}` };
}

beforeAll(() => {
  stranger = new Stranger();
  project = stranger.folder;
  for (const name of ['vitest', 'fast-check'])
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name), 'junction');
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
}, 120_000);

afterAll(() => stranger.remove());

/** Keeps credentials as somebody may who has read the port: `broken` has it lose what is set. */
const store = (broken: boolean) => `
import { contract, CredentialError } from 'keystow/testing/contract';

const kept = new Map();
const key = ({ service, account }) => JSON.stringify([service, account]);
const order = (a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : a.account < b.account ? -1 : 1);

function check(options, ...parts) {
  for (const part of parts) {
    const fault =
      part === '' ? 'it is empty' : part.includes('\\0') ? 'it has a NUL' : !part.isWellFormed() ? 'it is not well-formed'
      : part.length > 1024 ? 'it is longer than 1024' : undefined;
    if (fault !== undefined) throw new CredentialError('invalid-name', fault);
  }
  if (options?.signal?.aborted) throw new CredentialError('cancelled', 'called off');
}

class Store {
  id = 'file';
  listing = 'all';
  async get(name, options) {
    check(options, name.service, name.account);
    return kept.get(key(name))?.secret;
  }
  async set(name, secret, options) {
    check(options, name.service, name.account);
    if (!${broken}) kept.set(key(name), { name, secret });
  }
  async delete(name, options) {
    check(options, name.service, name.account);
    return kept.delete(key(name));
  }
  async list(service, options) {
    check(options);
    const names = [...kept.values()].map(({ name }) => name);
    return names.filter((name) => service === undefined || name.service === service).sort(order);
  }
  async close() {}
}

contract({ name: 'somebody else’s', open: async () => new Store() });
`;

const vitest = (file: string) =>
  run(process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', project, file);

test('the contract holds a store of somebody else’s, by vitest in a project of theirs', { timeout: 120_000 }, () => {
  writeFileSync(join(project, 'store.test.js'), store(false));
  const { status, said } = vitest('store.test.js');
  expect({ status, said }).toMatchObject({ status: 0, said: expect.stringMatching(/what was set is|\d+ passed/) });
});

test('the contract finds out a store that loses what it is given', { timeout: 120_000 }, () => {
  writeFileSync(join(project, 'broken.test.js'), store(true));
  const { status, said } = vitest('broken.test.js');
  expect(status).toBe(1);
  expect(said).toContain('what was set is what another handle gets');
});

test('a program of somebody else’s meets the faults of the native binding', () => {
  writeFileSync(
    join(project, 'binding.js'),
    `
import { execFileSync } from 'node:child_process';
import { bindingFaults, environmentWithFault, faultyBinding } from 'keystow/testing';

const fault = bindingFaults.find(({ platform, code }) => platform === 'linux' && code === 'locked');
const program = "new (require('@napi-rs/keyring').Entry)('a', 'b').getPassword()";
try {
  execFileSync(process.execPath, ['-e', program], { env: { ...process.env, ...environmentWithFault(fault) }, stdio: 'pipe' });
} catch ({ stderr }) {
  console.log(String(stderr).includes(fault.message));
}
await new (faultyBinding(fault).AsyncEntry)('a', 'b').getPassword().catch(({ message }) => console.log(message));
`,
  );
  const { status, said } = run(process.execPath, 'binding.js');
  expect({ status, said }).toEqual({ status: 0, said: 'true\nSecret Service: unlock prompt was dismissed\n' });
});

test('it has types that hold without any of ours', { timeout: 120_000 }, () => {
  writeFileSync(
    join(project, 'types.ts'),
    `
import { environmentWithFault, secretServiceFaults, startSecretService } from 'keystow/testing';
import { contract, type CredentialStore, type Harness, Secret } from 'keystow/testing/contract';

export async function provider(): Promise<string | undefined> {
  const { environment, provider, stop } = await startSecretService(secretServiceFaults.fails(3));
  provider.add({ service: 'a', username: 'b' }, 'secret');
  await stop();
  return environment.DBUS_SESSION_BUS_ADDRESS ?? environmentWithFault({ stage: 'call', message: 'x' }).PATH;
}
export const harness = (open: () => Promise<CredentialStore>): Harness => ({ name: 'mine', open });
export const held: (harness: Harness) => void = contract;
export const bytes: Uint8Array = new Secret(new Uint8Array()).expose();
// @ts-expect-error There is no such fault.
secretServiceFaults.isOnFire();
`,
  );
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable',
  ];
  expect(run(join(root, 'node_modules/.bin/tsc'), ...options, '--types', 'node', 'types.ts')).toEqual({
    status: 0,
    said: '',
  });
});

describeStore(
  'a Secret Service that has a fault, in a project of somebody else’s',
  'secret-service',
  missingSessionBus(),
  () => {
    test('is met by their program', () => {
      writeFileSync(
        join(project, 'provider.js'),
        `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { secretServiceFaults, startSecretService } from 'keystow/testing';

const { environment, provider, stop } = await startSecretService(secretServiceFaults.returnsAnotherSecret());
provider.add({ service: 'demo', username: 'alice' }, 's3cret');
const program = spawn(process.execPath, ['node_modules/keystow/dist/bin/keystow.cjs', 'get', 'demo', 'alice'], {
  env: environment,
  stdio: ['ignore', 'inherit', 'inherit'],
});
await once(program, 'close');
console.log('', provider.calls.includes('GetSecret'));
await stop();
`,
      );
      expect(run(process.execPath, 'provider.js')).toEqual({ status: 0, said: 'another secret true\n' });
    });
  },
);
