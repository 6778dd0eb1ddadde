import { describe, expect, test } from 'vitest';
import { protocols } from '../../src/cli/commands/protocols/helper.ts';
import type { Protocol } from '../../src/domain/protocols/protocol.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { errorExitCode, runRequest } from './protocol-client.ts';

const load = async (name: string) => (await protocols[name]?.load()) as Protocol;

describe('a request to git that ends in the middle of a line', () => {
  const host = 'protocol=https\nhost=example.com\n';
  const name = { service: 'git-credential:https://example.com', account: 'alice' };

  test.each([
    ['store', `${host}username=alice\npassword=s3c`],
    ['store', `${host}username=alice\npassword=s3cret\noauth_refresh_token=r`],
    ['erase', `${host}username=alice`],
    ['erase', `${host}username=alice\npassword=s3cret`],
  ])('changes nothing: %s', async (operation, stdin) => {
    const world = new World();
    await world.stores['secret-service'].set(name, textSecret('s3cret'));
    const { errors, exitCode, stdout } = await runRequest(world.context, await load('git'), [operation], { stdin });
    expect([stdout, exitCode, errors.map(({ code }) => code)]).toEqual(['', errorExitCode, ['invalid-input']]);
    expect(errors[0]?.message).toBe('the last line of the request has no newline, so it may be truncated');
    expect((await world.stores['secret-service'].get(name))?.expose()).toEqual(textSecret('s3cret').expose());
  });

  test('can still be a get, as scripts write it with printf', async () => {
    const world = new World();
    await world.stores['secret-service'].set(name, textSecret('s3cret'));
    const run = runRequest(world.context, await load('git'), ['get'], { stdin: host.trimEnd() });
    expect((await run).stdout).toBe('username=alice\npassword=s3cret\n');
  });
});

test.each(['https://u:p4ss@example.com', 'https://u@example.com/v1/', 'u:p4ss@example.com'])(
  'a docker login for %s is rejected: names are listed, and a password would be seen there',
  async (ServerURL) => {
    const world = new World();
    const stdin = JSON.stringify({ ServerURL, Username: 'alice', Secret: 's3cret' });
    const { stdout, errors, exitCode } = await runRequest(world.context, await load('docker'), ['store'], { stdin });
    expect([stdout, exitCode]).toEqual(['the URL contains a user name or a password\n', 1]);
    expect(JSON.stringify(errors)).not.toMatch(/p4ss|s3cret/);
    expect(world.snapshot.placement).toEqual([]);
  },
);

describe('a command in a hint can be pasted into a shell, whatever the name', () => {
  const hostile = "x'; touch $(id) #";
  const quoted = `'x'\\''; touch $(id) #'`;

  test.each([
    ['aws', [hostile], `store some: keystow helper aws ${quoted} --store <FILE`],
    ['kubernetes', [hostile], `store one: keystow helper kubernetes ${quoted} --store`],
    ['ansible-vault', ['--vault-id', hostile], `store the password: keystow set ansible-vault ${quoted}`],
    ['askpass', [`Enter passphrase for key '/${hostile}': `], `store it: keystow set ssh-key '/${quoted.slice(1)}`],
  ])('%s', async (protocol, args, hint) => {
    const { errors } = await runRequest(new World().context, await load(protocol), args);
    expect(errors).toMatchObject([{ hint }]);
  });

  test('go and bazel', async () => {
    for (const [protocol, args, stdin] of [
      ['go', ['https://example.com/'], ''],
      ['bazel', ['get'], '{"uri":"https://example.com/"}'],
    ] as const) {
      const world = new World();
      await world.stores['secret-service'].set(
        { service: `${protocol}:example.com`, account: `a:${hostile}` },
        textSecret('s3cret'),
      );
      const { errors } = await runRequest(world.context, await load(protocol), args, { stdin });
      const name = `${protocol}:example.com 'a:${quoted.slice(1)}`;
      expect(errors).toMatchObject([{ code: 'failed', hint: `store it again: keystow set ${name}` }]);
    }
  });
});
