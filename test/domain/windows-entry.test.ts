import { expect, test } from 'vitest';
import { formatWindowsTarget, toWindowsEntry } from '../../src/domain/entry-names.ts';

const longestTarget = 240;

test('a target has at most 240 characters; a longer name has no entry', () => {
  const name = (length: number) => ({ service: 's'.repeat(length - 'a.'.length), account: 'a' });
  expect(toWindowsEntry(name(longestTarget))).toEqual({ service: name(longestTarget).service, user: 'a' });
  expect(toWindowsEntry(name(longestTarget + 1))).toBeUndefined();
});

test.each([
  [{ service: 'api.example.com', account: 'al.ice' }, 'al%2eice.api.example.com'],
  [{ service: 'GitHub', account: 'Alice' }, '^alice.^git^hub'],
  [{ service: ' a b ', account: ' a b ' }, '%20a b%20.%20a b%20'],
  [{ service: "é'\u{1f511}", account: '*' }, '%2a.%c3%a9%27%f0%9f%94%91'],
  [{ service: 'demo', account: '' }, '%00.demo'],
  [{ service: '_-@/:+=,~#&09az', account: '%^\n' }, '%25%5e%0a._-@/:+=,~#&09az'],
])('%j has the target %s', (name, target) => {
  const entry = toWindowsEntry(name);
  expect(entry && formatWindowsTarget(entry)).toBe(target);
});
