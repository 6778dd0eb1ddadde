import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { rejectOnAbort, throwIfAborted } from '../../src/adapters/files/abort.ts';
import { failure } from '../contract/errors.ts';

const never = new Promise<never>(() => {});

describe('an operation with a signal', () => {
  test('throws if the signal is aborted before it starts', async () => {
    const start = async () => throwIfAborted({ signal: AbortSignal.abort() });
    expect((await failure(start(), 'cancelled')).message).toBe('the operation was cancelled');
    throwIfAborted({ signal: new AbortController().signal });
    throwIfAborted({});
    throwIfAborted(undefined);
  });

  test.each([[undefined], [{}], [{ signal: new AbortController().signal }]])(
    'settles as its work does if nothing aborts it: %j',
    async (options) => {
      expect(await rejectOnAbort(Promise.resolve(7), options)).toBe(7);
      const broken = new Error('broken');
      await expect(rejectOnAbort(Promise.reject(broken), options)).rejects.toBe(broken);
    },
  );

  test('rejects as soon as the signal is aborted, whatever its work does', async () => {
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const work = rejectOnAbort(never, options);
    controller.abort();
    await failure(work, 'cancelled');
    await failure(rejectOnAbort(never, options), 'cancelled');
    await failure(rejectOnAbort(Promise.reject(new Error('broken')), options), 'cancelled');
  });

  test('removes its listener when it ends', async () => {
    const { signal } = new AbortController();
    const work = rejectOnAbort(Promise.resolve(), { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await work;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
