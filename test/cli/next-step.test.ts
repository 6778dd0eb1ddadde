import { expect, test } from 'vitest';
import { nextStep } from '../../src/cli/next-step.ts';
import { reportFailure } from '../../src/cli/report-failure.ts';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import { serviceFailureReasons, unsupportedReasons } from '../../src/domain/probe.ts';
import { keystow } from '../../src/profiles/keystow.ts';

/** Every code, held to be every one by its type. */
const others: Readonly<Record<Exclude<ErrorCode, (typeof reasons)[number]>, true>> = {
  'invalid-preference': true,
  'contradictory-settings': true,
  'keyring-required': true,
  'not-found': true,
  'invalid-name': true,
  'invalid-setting': true,
  'invalid-input': true,
  'too-large': true,
  'file-damaged': true,
  'file-foreign': true,
  'file-version': true,
  'file-refused': true,
  'file-io': true,
  'file-busy': true,
  'wrong-passphrase': true,
  'passphrase-required': true,
  'output-failed': true,
  'command-not-found': true,
  'command-not-runnable': true,
  'not-signed-in': true,
  'sign-in-unreachable': true,
  'sign-in-refused': true,
  cancelled: true,
};
const reasons = [...unsupportedReasons, ...serviceFailureReasons] as const;
const codes = [...reasons, ...(Object.keys(others) as (keyof typeof others)[])].filter((code) => code !== 'cancelled');

test.each(codes)('a failure by %s always says what to do now', (code) => {
  expect(nextStep(code, 'keystow')).toMatch(/^\S.{5,78}$/);
  const said = sayingOf(new CredentialError(code, 'something happened'));
  expect(said).toBe(`keystow: something happened\n  hint: ${nextStep(code, 'keystow')}\n`);
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
