import { expect, test } from 'vitest';
import { defaultHint, reportFailure } from '../../src/cli/output/failure.ts';
import { CredentialError, errorCodes } from '../../src/domain/credential-error.ts';
import { keystow } from '../../src/profiles/keystow.ts';

const codes = errorCodes.filter((code) => code !== 'cancelled');

test.each(codes)('an error with the code %s is printed with a hint', (code) => {
  expect(defaultHint(code, 'keystow')).toMatch(/^\S.{5,78}$/);
  const printed = printFailure(new CredentialError(code, 'something happened'));
  expect(printed).toBe(`keystow: something happened\n  hint: ${defaultHint(code, 'keystow')}\n`);
});

test("an error's own hint replaces the default one", () => {
  expect(printFailure(new CredentialError('failed', 'it broke', { hint: 'fix it' }))).toBe(
    'keystow: it broke\n  hint: fix it\n',
  );
});

test('a cancelled command is reported without a hint', () => {
  expect(printFailure(new CredentialError('cancelled', 'cancelled'))).toBe('keystow: cancelled\n');
});

test('control characters in a message are escaped', () => {
  const error = new CredentialError('failed', 'two\nlines \x1b[31m', { hint: 'a\rb' });
  expect(printFailure(error)).toBe('keystow: two\\nlines \\u{1b}[31m\n  hint: a\\rb\n');
});

function printFailure(error: CredentialError): string {
  const written: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  try {
    reportFailure(error, keystow, false);
  } finally {
    process.stderr.write = write;
  }
  return written.join('');
}

test('signing in again is advised only if the server was reached', () => {
  expect(defaultHint('not-signed-in', 'jsm')).toContain('sign in again');
  expect(defaultHint('sign-in-unreachable', 'jsm')).not.toContain('sign in');
});
