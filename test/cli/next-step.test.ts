import { expect, test } from 'vitest';
import { defaultHint, reportFailure } from '../../src/cli/output/failure.ts';
import { CredentialError, errorCodes } from '../../src/domain/credential-error.ts';
import { keystow } from '../../src/profiles/keystow.ts';

const codes = errorCodes.filter((code) => code !== 'cancelled');

test.each(codes)('a failure by %s always says what to do now', (code) => {
  expect(defaultHint(code, 'keystow')).toMatch(/^\S.{5,78}$/);
  const said = sayingOf(new CredentialError(code, 'something happened'));
  expect(said).toBe(`keystow: something happened\n  hint: ${defaultHint(code, 'keystow')}\n`);
});

test('what a failure says itself comes before that', () => {
  expect(sayingOf(new CredentialError('failed', 'it broke', { hint: 'mend it' }))).toBe(
    'keystow: it broke\n  hint: mend it\n',
  );
});

test('what the user called off needs no advice', () => {
  expect(sayingOf(new CredentialError('cancelled', 'called off'))).toBe('keystow: called off\n');
});

test('nothing in a message breaks its line or drives the terminal', () => {
  const error = new CredentialError('failed', 'two\nlines \x1b[31m', { hint: 'a\rb' });
  expect(sayingOf(error)).toBe('keystow: two\\nlines \\u{1b}[31m\n  hint: a\\rb\n');
});

function sayingOf(error: CredentialError): string {
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
