import { beforeEach, describe, expect, test } from 'vitest';
import { keyring } from '../../src/domain/protocols/keyring.ts';
import { Secret } from '../../src/domain/secret.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { errorExitCode, type ProtocolRunOptions, runRequest, terminal } from './protocol-client.ts';

const index = 'https://pypi.example/simple/';
const name = { service: index, account: 'alice' };

let world: World;
beforeEach(() => {
  world = new World();
});

const run = (args: string, options?: ProtocolRunOptions) =>
  runRequest(world.context, keyring, args.split(' '), options);
const failed = (code: string) => ({ stdout: '', exitCode: errorExitCode, errors: [expect.objectContaining({ code })] });
const nothing = { stdout: '', exitCode: 1, errors: [] };

describe('a password', () => {
  test('that pip stored is returned for that service and user, and for no other', async () => {
    expect(await run(`set ${index} alice`, { stdin: 's3crét\n' })).toEqual({ stdout: '', exitCode: 0, errors: [] });
    expect(await run(`get ${index} alice`)).toEqual({ stdout: 's3crét\n', exitCode: 0, errors: [] });
    expect(await run(`get ${index} bob`)).toEqual(nothing);
    expect(await run('get pypi.example alice')).toEqual(nothing);
  });

  test('is the credential that keystow set stores, and secret-tool', async () => {
    await world.stores['secret-service'].set(name, textSecret('s3cret'));
    expect((await run(`get ${index} alice`)).stdout).toBe('s3cret\n');
  });

  test('loses one line break at its end, which echo and Windows add', async () => {
    for (const stdin of ['s3cret', 's3cret\n', 's3cret\r\n', ['s3c', 'ret\r', '\n']]) {
      await run(`set ${index} alice`, { stdin });
      expect((await run(`get ${index} alice`)).stdout).toBe('s3cret\n');
    }
  });

  test('is asked for on a terminal, without echo', async () => {
    const asked: string[] = [];
    const context = {
      ...world.context,
      terminal: {
        ...world.context.terminal,
        askHidden: async (question: string) => {
          asked.push(question);
          return textSecret('s3cret');
        },
      },
    };
    expect(await runRequest(context, keyring, ['set', index, 'alice'], { stdin: terminal })).toMatchObject({
      exitCode: 0,
    });
    expect(asked).toEqual([`Password for alice in ${index}:`]);
    expect((await run(`get ${index} alice`)).stdout).toBe('s3cret\n');
  });

  test('is removed by del, which fails without one', async () => {
    await run(`set ${index} alice`, { stdin: 's3cret\n' });
    expect(await run(`del ${index} alice`)).toEqual({ stdout: '', exitCode: 0, errors: [] });
    expect(await run(`del ${index} alice`)).toMatchObject(failed('not-found'));
    expect(await run(`get ${index} alice`)).toEqual(nothing);
  });
});

describe('--mode creds, as uv asks', () => {
  test.each([
    `get ${index} --mode creds`,
    `get ${index} --mode=creds`,
    `get --mode creds ${index}`,
    `get ${index} alice --mode creds`,
  ])('%s: the user name and the password, each on a line', async (args) => {
    expect(await run(args)).toEqual(nothing);
    await run(`set ${index} alice`, { stdin: 's3cret\n' });
    expect((await run(args)).stdout).toBe('alice\ns3cret\n');
  });

  test('the user whose password was stored last', async () => {
    await run(`set ${index} alice`, { stdin: 'old\n' });
    await run(`set ${index} bob`, { stdin: 'new\n' });
    expect((await run(`get ${index} --mode creds`)).stdout).toBe('bob\nnew\n');
  });
});

describe('what two programs could read differently is an error', () => {
  test.each([['two\nlines'], ['s3cret\r'], ['s3c\0ret'], ['\ts3cret'], [''], ['\n']])(
    'the password %j',
    async (stdin) => {
      const { stdout, errors } = await run(`set ${index} alice`, { stdin });
      expect([stdout, errors[0]?.code]).toEqual(['', 'invalid-input']);
      expect(world.calls).toEqual([]);
    },
  );

  test('a password that is not UTF-8, or larger than 64 KiB', async () => {
    for (const stdin of [[Buffer.from([0xff])], ['x'.repeat(70_000)]]) {
      expect(await run(`set ${index} alice`, { stdin })).toMatchObject(failed('invalid-input'));
    }
  });

  test('a stored secret of several lines, or that is not text', async () => {
    for (const bytes of [Buffer.from('two\nlines'), Buffer.from([0xff])]) {
      await world.stores['secret-service'].set(name, new Secret(bytes));
      expect(await run(`get ${index} alice`)).toMatchObject(failed('failed'));
    }
  });

  test.each([
    'get',
    `get ${index}`,
    `set ${index}`,
    `rotate ${index} alice`,
    `get ${index} alice more`,
    `get ${index} --mode json`,
    `get ${index} alice --nope`,
    'get https://alice:s3cret@pypi.example/simple/ alice',
  ])('the command line %s, which is not repeated', async (args) => {
    const { stdout, errors } = await run(args);
    expect([stdout, errors[0]?.code]).toEqual(['', 'invalid-input']);
    expect(JSON.stringify([errors[0]?.message, errors[0]?.hint])).not.toMatch(/s3cret|nope|rotate|json/);
  });
});
