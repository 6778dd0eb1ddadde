import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { root, Stranger } from '../package/packed.ts';
import { missingSessionBus } from '../support/session-bus.ts';

/** Another project, with the packed package and its peer dependencies installed. */
let stranger: Stranger;
let project: string;

function run(command: string, ...args: readonly string[]) {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const options = { cwd: project, encoding: 'utf8', timeout: 600_000, env } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return { status, output: `${stdout}${stderr}` };
}

beforeAll(() => {
  stranger = new Stranger();
  project = stranger.folder;
  for (const name of ['vitest', 'fast-check'])
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name), 'junction');
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
}, 120_000);

afterAll(() => stranger.remove());

/** A store as another project may write it. If `broken`, it loses secrets. */
const store = (broken: boolean) => `
import { contract, CredentialError } from 'keystow/testing/contract';

const kept = new Map();
const key = ({ service, account }) => JSON.stringify([service, account]);
const order = (a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : a.account < b.account ? -1 : 1);

function check(options, ...parts) {
  for (const [index, part] of parts.entries()) {
    const fault =
      part === '' && index === 0 ? 'it is empty' : part.includes('\\0') ? 'it has a NUL' : !part.isWellFormed() ? 'it is not well-formed'
      : part.length > 1024 ? 'it is longer than 1024' : undefined;
    if (fault !== undefined) throw new CredentialError('invalid-name', fault);
  }
  if (options?.signal?.aborted) throw new CredentialError('cancelled', 'cancelled');
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
    if (kept.has(key(name))) options?.onReplaced?.();
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

contract({ name: 'another project’s', open: async () => new Store() });
`;

const vitest = (file: string) =>
  run(process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', project, file);

test('the contract passes for another project’s store, run by their vitest', () => {
  writeFileSync(join(project, 'store.test.js'), store(false));
  const { status, output } = vitest('store.test.js');
  expect({ status, output }).toMatchObject({ status: 0, output: expect.stringMatching(/\[CON1\]|\d+ passed/) });
});

test('the contract fails for a store that loses secrets', () => {
  writeFileSync(join(project, 'broken.test.js'), store(true));
  const { status, output } = vitest('broken.test.js');
  expect(status).toBe(1);
  expect(output).toContain('[CON1]');
});

test('another project’s program runs into the faults of the native binding', () => {
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
  const { status, output } = run(process.execPath, 'binding.js');
  expect({ status, output }).toEqual({ status: 0, output: 'true\nSecret Service: unlock prompt was dismissed\n' });
});

test.each([
  ['import', 'memory.mjs', "import * as keystow from 'keystow'; import * as testing from 'keystow/testing';"],
  ['require', 'memory.cjs', "const keystow = require('keystow'), testing = require('keystow/testing');"],
])('another project’s tests %s a store in memory', (_, file, load) => {
  writeFileSync(
    join(project, file),
    `${load}
const open = keystow.openCredentialStore({ application: 'acme', stores: [testing.createMemoryStore()] });
open.then(async (store) => {
  await store.setJson('demo', 'alice', { token: 'x' });
  console.log(JSON.stringify([await store.getJson('demo', 'alice'), (await store.list()).length]));
});
`,
  );
  expect(run(process.execPath, file)).toEqual({ status: 0, output: '[{"token":"x"},1]\n' });
});

test.each(['memory-types.mts', 'memory-types.cts'])('the types of the two modules fit each other (%s)', (file) => {
  writeFileSync(
    join(project, file),
    `import { type CustomStore, openCredentialStore } from 'keystow';
import { createMemoryStore } from 'keystow/testing';
const memory: CustomStore = createMemoryStore();
export const store = openCredentialStore({ application: 'acme', stores: [memory] });
`,
  );
  const options = '--noEmit --strict --module nodenext --target es2023 --lib es2023,esnext.disposable --types node';
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  expect(run(process.execPath, tsc, ...options.split(' '), file)).toEqual({ status: 0, output: '' });
});

test('the types are valid without this project’s own', () => {
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
// @ts-expect-error There's no such fault.
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
    output: '',
  });
});

describeStore('a Secret Service with a fault, in another project', 'secret-service', missingSessionBus(), () => {
  test('affects their program', () => {
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
    expect(run(process.execPath, 'provider.js')).toEqual({ status: 0, output: 'another secret true\n' });
  });
});
