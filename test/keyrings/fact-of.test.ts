import { expect, test } from 'vitest';
import { factOf } from '../../src/adapters/keyrings/fact-of.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { serviceFailureReasons, unsupportedReasons } from '../../src/domain/selection/probe-result.ts';

test.each(unsupportedReasons)('%s: the machine does not have the store', (reason) => {
  expect(factOf(new CredentialError(reason, 'words'))).toEqual({ kind: 'unsupported', reason });
});

test.each(serviceFailureReasons)('%s: the store is there and does not serve', (reason) => {
  expect(factOf(new CredentialError(reason, 'words'))).toEqual({ kind: 'service-failure', reason });
});

test('a code that is no reason: the store failed', () => {
  expect(factOf(new CredentialError('too-large', 'words'))).toEqual({ kind: 'service-failure', reason: 'failed' });
});

test('the platform’s words are told, and what else was seen', () => {
  const error = new CredentialError('denied', 'ours', {
    evidence: { dismissed: true },
    cause: new Error('ours again', { cause: new Error('the platform’s') }),
  });
  const evidence = { dismissed: true, text: 'the platform’s' };
  expect(factOf(error)).toEqual({ kind: 'service-failure', reason: 'denied', evidence });
  expect(factOf(new CredentialError('not-installed', 'ours', { cause: 'words' }))).toEqual({
    kind: 'unsupported',
    reason: 'not-installed',
    evidence: { text: 'words' },
  });
});

test('what was seen stays as it is where the platform said nothing', () => {
  const error = new CredentialError('locked', 'ours', { evidence: { text: 'seen' } });
  expect(factOf(error)).toEqual({ kind: 'service-failure', reason: 'locked', evidence: { text: 'seen' } });
});

test.each([
  ['called off', new CredentialError('cancelled', 'the operation was cancelled')],
  ['a bug', new TypeError('x is not a function')],
])('%s is no fact: thrown as it is', (_, error) => {
  expect(() => factOf(error)).toThrow(error);
});
