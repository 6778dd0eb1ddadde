import { createRequire } from 'node:module';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as ours from '../../src/library/keytar.ts';
import { describeStore } from '../contract/require-stores.ts';

type Keytar = typeof import('@github/keytar');

const functions = ['getPassword', 'setPassword', 'deletePassword', 'findPassword', 'findCredentials'] as const;

/** Values that are missing, that aren't a string, or both. `undefined` stands for a missing argument. */
const odd = [
  undefined,
  null,
  '',
  0,
  false,
  NaN,
  [],
  { length: 0 },
  { length: '0' },
  7,
  true,
  ['a'],
  {},
  Symbol.iterator,
];

const lists: readonly (readonly unknown[])[] = [
  ...odd.map((value) => [value, 'a', 'p']),
  ...odd.map((value) => ['s', value, 'p']),
  ...odd.map((value) => ['s', 'a', value]),
  [7, 8, ''],
  [7, '', 9],
  ['s', 8, 9],
  [],
];

function thrownBy(keytar: object, name: (typeof functions)[number], args: readonly unknown[]): string {
  try {
    Reflect.apply(Reflect.get(keytar, name), keytar, args);
  } catch (error) {
    return `${error}`;
  }
  return 'nothing';
}

/** Arguments that the function rejects, so that no store is opened. */
function invalidArguments(name: (typeof functions)[number]): readonly (readonly unknown[])[] {
  const taken = { getPassword: 2, setPassword: 3, deletePassword: 2, findPassword: 1, findCredentials: 1 }[name];
  return lists.filter(
    (args) => args.length < taken || args.slice(0, taken).some((value) => typeof value !== 'string' || value === ''),
  );
}

describe('an invalid argument throws synchronously', () => {
  test.each([
    [['getPassword'], 'Error: Service is required.'],
    [['getPassword', 's'], 'Error: Account is required.'],
    [['setPassword', 's', 'a', ''], 'Error: Password is required.'],
    [['setPassword', 7, 'a', ''], 'Error: Password is required.'],
    [['deletePassword', 's', []], 'Error: Account is required.'],
    [['findPassword', 7], "TypeError: Parameter 'service' must be a string"],
    [['getPassword', 's', 7], "TypeError: Parameter 'username' must be a string"],
    [['setPassword', 's', 'a', Buffer.from('p')], "TypeError: Parameter 'password' must be a string"],
  ] as const)('%j: %s', ([name, ...args], said) => {
    expect(thrownBy(ours, name, args)).toBe(said);
  });
});

describeStore('keytar itself', 'secret-service-tools', keytarMissing(), () => {
  const theirs: Keytar = createRequire(import.meta.url)('@github/keytar');

  test.each(functions)('%s throws what it throws in keytar', (name) => {
    for (const args of invalidArguments(name)) {
      const said = thrownBy(theirs, name, args);
      expect(said).toMatch(/^(Error: \w+ is required\.|TypeError: .+)$/);
      expect(thrownBy(ours, name, args), `${name}(${args.map(String)})`).toBe(said);
    }
  });
});

test('the types are assignable to those of keytar', () => {
  expectTypeOf<typeof ours>().toExtend<Keytar>();
  expectTypeOf<typeof ours.default>().toExtend<Keytar>();
});

function keytarMissing(): string | undefined {
  try {
    createRequire(import.meta.url)('@github/keytar');
    return undefined;
  } catch {
    return 'keytar, or libsecret, is not installed';
  }
}
