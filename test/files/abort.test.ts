import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { rejectOnAbort, throwIfAborted } from '../../src/adapters/files/abort.ts';
import { failure } from '../contract/errors.ts';

const never = new Promise<never>(() => {});

describe('an operation', () => {
  test('that was called off before it began does not begin', () => {
    expect(() => throwIfAborted({ signal: AbortSignal.abort() })).toThrow('the operation was called off');
    throwIfAborted({ signal: new AbortController().signal });
    throwIfAborted({});
    throwIfAborted(undefined);
  });

  test.each([[undefined], [{}], [{ signal: new AbortController().signal }]])(
    'that nobody calls off settles as its work does: %j',
    async (options) => {
      expect(await rejectOnAbort(Promise.resolve(7), options)).toBe(7);
      await expect(rejectOnAbort(Promise.reject(new Error('broken')), options)).rejects.toThrow('broken');
    },
  );

  test('is over as soon as it is called off, whatever its work does', async () => {
    const calling = new AbortController();
    const work = rejectOnAbort(never, { signal: calling.signal });
    calling.abort();
    expect((await failure(work, 'cancelled')).message).toBe('the operation was called off');
    const called = { signal: calling.signal };
    await failure(rejectOnAbort(never, called), 'cancelled');
    await failure(rejectOnAbort(Promise.reject(new Error('broken')), called), 'cancelled');
  });

  test('that is over leaves nothing with the signal', async () => {
    const { signal } = new AbortController();
    const work = rejectOnAbort(Promise.resolve(), { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await work;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
