import { expect, test } from 'vitest';
import { isUnsupported } from '../../src/app/credentials/store-error.ts';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import type { Evidence } from '../../src/domain/selection/probe-result.ts';
import type { StoreId } from '../../src/domain/store-id.ts';

const states = ['intact', 'absent', 'damaged'] as const;

/** The states of the placement file in which a store with this error counts as empty. */
function countAsEmpty(code: ErrorCode, evidence: Evidence, store: StoreId) {
  return states.filter((state) => isUnsupported(new CredentialError(code, 'a failure', { evidence }), store, state));
}

test.each<[string, ErrorCode, Evidence, readonly string[], StoreId?]>([
  ['that is not installed always counts as empty', 'not-installed', {}, states],
  ['without a bus and without files always counts as empty', 'no-session-bus', {}, states],
  ['with files, but without a bus, only if the records are intact', 'no-session-bus', { hasKeyring: true }, ['intact']],
  ['without its binding, unless the records are damaged', 'binding-missing', {}, ['intact', 'absent']],
  ['that is locked never does', 'locked', {}, []],
  ['that did not answer never does', 'timed-out', {}, []],
  ['that denies access never does', 'denied', { deniedBy: 'sandbox' }, []],
  ['without a key never does', 'no-collection', {}, [], 'pass'],
  ['without a collection, unless the records are damaged', 'no-collection', {}, ['intact', 'absent']],
])('a store %s', (_, code, evidence, expected, store = 'secret-service') => {
  expect(countAsEmpty(code, evidence, store)).toEqual(expected);
});
