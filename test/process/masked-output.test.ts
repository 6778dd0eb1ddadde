import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { copyMasked } from '../../src/adapters/process/masked-output.ts';
import { eventually } from '../support/eventually.ts';

const secrets = [Buffer.from('s3cret')];

function start(to: Writable = new PassThrough()) {
  const from = new PassThrough();
  let closed = 0;
  const onClosed = () => {
    closed += 1;
  };
  const done = copyMasked(from, to, { secrets, onClosed });
  const shown = () => `${(to as PassThrough).read() ?? ''}`;
  return { from, to, done, shown, closed: () => closed };
}

test('masks a secret, however it is split, and ends after the last byte', async () => {
  const { from, done, shown, closed } = start();
  for (const part of ['a s3c', 'ret b ', 's3cre']) from.write(part);
  from.end();
  await done;
  expect(shown()).toBe('a *** b s3cre');
  expect(closed()).toBe(0);
});

test('shows the end of a prompt that could be the beginning of a secret, once nothing follows for a while', async () => {
  const { from, to, done } = start();
  let shown = '';
  to.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
  });
  from.write('yes');
  await eventually(() => expect(shown).toBe('yes'));
  from.write(' s3');
  from.end('cret');
  await done;
  expect(shown).toBe('yes ***');
});

test('stops the source if nobody reads the output any more', async () => {
  const to = new Writable({ write: (_bytes, _encoding, done) => done(new Error('EPIPE')) });
  const { from, done, closed } = start(to);
  from.write('text');
  await done;
  expect(closed()).toBe(1);
  expect(from.destroyed).toBe(true);
});

test('pauses the source while the output takes no more', async () => {
  const waiting: (() => void)[] = [];
  const to = new Writable({ highWaterMark: 1, write: (_bytes, _encoding, done) => void waiting.push(done) });
  const { from, done } = start(to);
  from.write('text');
  await eventually(() => expect(from.isPaused()).toBe(true));
  from.write('more');
  waiting.shift()?.();
  await eventually(() => expect(from.isPaused()).toBe(true));
  await eventually(() => expect(waiting).toHaveLength(1));
  waiting.shift()?.();
  await eventually(() => expect(from.isPaused()).toBe(false));
  from.end();
  await done;
});
