import type { Readable, Writable } from 'node:stream';
import { Mask } from '../../domain/text/mask.ts';
import { timers } from './timers.ts';

/** How long a few bytes that may be the beginning of a secret are held back. */
const releaseAfterMs = 200;

/** Copies a stream, and masks the secrets in it. Resolves at the end of `from`. If `to` is closed, calls `onClosed` and closes `from`. */
export function copyMasked(
  from: Readable,
  to: Writable,
  { secrets, onClosed }: { readonly secrets: readonly Uint8Array[]; onClosed(): void },
): Promise<void> {
  const mask = new Mask(secrets);
  let timer: NodeJS.Timeout | undefined;
  const write = (bytes: Uint8Array) => {
    if (bytes.length === 0 || to.write(bytes)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  return new Promise((resolve) => {
    to.once('error', () => {
      onClosed();
      from.destroy();
    });
    from.on('data', (chunk: Uint8Array) => {
      timers.clearTimeout(timer);
      write(mask.push(chunk));
      timer = timers.setTimeout(() => write(mask.release()), releaseAfterMs);
    });
    from.once('close', () => {
      timers.clearTimeout(timer);
      const rest = mask.end();
      if (to.writable && rest.length > 0) to.write(rest, () => resolve());
      else resolve();
    });
  });
}
