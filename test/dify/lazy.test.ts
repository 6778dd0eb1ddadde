import { expect, test, vi } from 'vitest';
import { startTrial } from './harness.ts';

const loaded = vi.hoisted(() => vi.fn());
vi.mock('valibot', async (original) => {
  loaded();
  return original();
});

test('valibot is loaded with the first response', async () => {
  const trial = await startTrial();
  await trial.fails('invalid-input', '');
  expect(loaded).not.toHaveBeenCalled();
  await trial.signIn();
  expect(loaded).toHaveBeenCalledOnce();
});
