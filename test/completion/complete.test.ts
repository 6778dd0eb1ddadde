import { describe, expect, test } from 'vitest';
import { defineCommand, defineGroup, type Option } from '../../src/cli/command.ts';
import { complete } from '../../src/cli/complete.ts';
import type { PlacementIndex } from '../../src/domain/placement/placement-index.ts';

const run = async () => {};
const placement: PlacementIndex = ['a', 'b', 'a', '-c', 'two\nlines', 'turned \u202e'].map((service, index) => ({
  service,
  account: `account ${index}`,
  store: 'file',
  writtenAt: '2026-11-03T09:00:00.000Z',
  stale: [],
}));

const globalOptions: Readonly<Record<string, Option>> = { help: { describe: 'help' } };
const services = (known: PlacementIndex) => known.map(({ service }) => service);
const accounts = (known: PlacementIndex, [service]: readonly string[]) =>
  known.filter((placed) => placed.service === service).map(({ account }) => account);

const program = [
  defineCommand({
    name: 'get',
    aliases: ['show'],
    summary: 'gets',
    operands: { service: { describe: '', completes: services }, account: { describe: '', completes: accounts } },
    options: {
      json: { describe: 'as JSON' },
      from: { value: 'FILE', describe: 'a file', completes: 'files' },
      color: { value: 'WHEN', describe: 'when', choices: ['auto', 'never'] },
    },
    examples: [],
    run,
  }),
  defineCommand({
    name: 'exec',
    summary: 'runs',
    operands: { service: { describe: '' }, command: { many: true, describe: '', completes: 'command' } },
    options: { env: { value: 'NAME', describe: '' } },
    examples: [],
    run,
  }),
  defineCommand({ name: 'inner', summary: 'for scripts', hidden: true, examples: [], run }),
  defineGroup('auth', 'signs', [defineCommand({ name: 'login', summary: 'in', examples: [], run })]),
];

const completion = (...words: string[]) => complete(program, globalOptions, words, placement);
const words = (...line: string[]) => {
  const completed = completion(...line);
  return completed.kind === 'words' ? completed.words.map(({ text }) => text) : completed;
};

describe('the first word', () => {
  test('is a visible command, with its summary', () => {
    expect(words('')).toEqual(['get', 'exec', 'auth']);
    expect(completion('g')).toMatchObject({ words: [{ text: 'get', description: 'gets' }, {}, {}] });
  });
  test('is not an alias, but an alias works like the name', () => {
    expect(words('sho')).not.toContain('show');
    expect(words('show', '')).toEqual(['a', 'b']);
  });
  test('after a group is one of its subcommands', () => expect(words('auth', '')).toEqual(['login']));
  test('after an unknown command has no completions', () => expect(words('git', '')).toEqual([]));
});

describe('an operand', () => {
  test('completes from the index without duplicates, control characters and names that look like options', () => {
    expect(words('get', '')).toEqual(['a', 'b']);
  });
  test('can begin with a dash after --', () => expect(words('get', '--', '')).toEqual(['a', 'b', '-c']));
  test('depends on the operands before it', () => {
    expect(words('get', 'a', '')).toEqual(['account 0', 'account 2']);
    expect(words('get', '--json', '--from', 'x', 'b', '')).toEqual(['account 1']);
    expect(words('get', '--', '-c', '')).toEqual(['account 3']);
  });
  test('has no completions if the command takes no more operands', () =>
    expect(words('get', 'a', 'b', '')).toEqual([]));
});

describe('an option', () => {
  test('is an unused option of the command or a global one', () => {
    expect(words('get', '-')).toEqual(['--json', '--from', '--color', '--help']);
    expect(words('get', '--json', '--color=never', '--')).toEqual(['--from', '--help']);
    expect(words('--')).toEqual(['--help']);
  });
  test('is an operand after --', () => expect(words('exec', '--', '-')).toEqual([]));
  test('completes its value, as the next word or after =', () => {
    expect(words('get', '--color', '')).toEqual(['auto', 'never']);
    expect(words('get', '--color=')).toEqual(['--color=auto', '--color=never']);
    expect(words('get', '--json=')).toEqual([]);
    expect(words('get', '--from', '')).toEqual({ kind: 'files' });
    expect(words('exec', '--env', '')).toEqual([]);
  });
});

describe('a command to run', () => {
  test('is completed by the shell, from its first word', () => {
    expect(completion('exec', 'a', '')).toEqual({ kind: 'command', after: 2 });
    expect(completion('exec', 'a', '--env', 'T', '--', 'git', '')).toEqual({ kind: 'command', after: 5 });
    expect(completion('exec', 'a', '--env', 'T', '--', 'git', '-c', 'x', '--')).toEqual({ kind: 'command', after: 5 });
  });
});
