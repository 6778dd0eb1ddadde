import { describe, expect, test } from 'vitest';
import { type RenewalSteps, renew } from '../../src/app/tokens/renew.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { createMutex } from './mutex.ts';

/** The value is a number; those from 100 are valid. Records the steps in order. */
function start(changes: Partial<RenewalSteps<number>> = {}) {
  const done: string[] = [];
  let stored: number | undefined = 1;
  const steps: RenewalSteps<number> = {
    async read() {
      done.push('read');
      return stored;
    },
    isValid: (value) => value >= 100,
    isSame: (one, other) => one === other,
    checkWritable: async () => void done.push('check'),
    async request(value) {
      done.push(`request ${value}`);
      return { value: value + 100 };
    },
    async store(value, previous) {
      done.push(`store ${value} for ${previous}`);
      stored = value;
    },
    ...changes,
  };
  const uninterrupted = async <T>(work: () => Promise<T>) => {
    done.push('begin');
    return work().finally(() => done.push('end'));
  };
  const withLock = createMutex();
  const { signal } = new AbortController();
  return {
    done,
    set: (value: number | undefined) => {
      stored = value;
    },
    run: () => renew(steps, { withLock, uninterrupted, signal }),
  };
}

const rejected = () => new CredentialError('not-signed-in', 'no longer accepted');

describe('a renewal', () => {
  test('checks the store, sends the request and stores its result in one uninterrupted step', async () => {
    const { done, run } = start();
    expect(await run()).toBe(101);
    expect(done).toEqual(['read', 'begin', 'check', 'request 1', 'store 101 for 1', 'end']);
  });

  test('does nothing if the stored value is valid, or absent', async () => {
    const { done, set, run } = start();
    set(100);
    expect(await run()).toBe(100);
    set(undefined);
    expect(await run()).toBeUndefined();
    expect(done).toEqual(['read', 'read']);
  });

  test('happens once if several need it', async () => {
    const { done, run } = start();
    expect(await Promise.all([run(), run(), run()])).toEqual([101, 101, 101]);
    expect(done.filter((step) => step.startsWith('request'))).toEqual(['request 1']);
  });

  test('sends no request if the store cannot be written', async () => {
    const full = new CredentialError('file-io', 'no space left on device');
    const { done, run } = start({ checkWritable: () => Promise.reject(full) });
    await expect(run()).rejects.toBe(full);
    expect(done).toEqual(['read', 'begin', 'end']);
  });

  test('stores the value before it rejects with the problem of the response', async () => {
    const problem = new CredentialError('sign-in-unreachable', 'for another account');
    const { done, run } = start({ request: async (value) => ({ value: value + 1, problem }) });
    await expect(run()).rejects.toBe(problem);
    expect(done).toContain('store 2 for 1');
  });

  test('that the server rejects is tried again with each new value that others store, three times', async () => {
    const requested: number[] = [];
    const { set, run } = start({
      async request(value) {
        requested.push(value);
        set(value + 1);
        throw rejected();
      },
    });
    await failure(run(), 'not-signed-in');
    expect(requested).toEqual([1, 2, 3]);
  });

  test('that the server rejects is not repeated with the same value', async () => {
    let requests = 0;
    const { run } = start({
      async request() {
        requests += 1;
        throw rejected();
      },
    });
    await failure(run(), 'not-signed-in');
    expect(requests).toBe(1);
  });

  test('without a response is not repeated: the server may have spent the value', async () => {
    let requests = 0;
    const { set, run } = start({
      async request() {
        requests += 1;
        set(2);
        throw new CredentialError('sign-in-unreachable', 'no response');
      },
    });
    await failure(run(), 'sign-in-unreachable');
    expect(requests).toBe(1);
  });
});
