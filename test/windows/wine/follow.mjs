import { closeSync, openSync, readSync } from 'node:fs';

/** Copies to stdout what is written to a file, until the function that this gives is called. */
export function follow(path) {
  const descriptor = openSync(path, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  const copy = () => {
    for (let bytes = -1; bytes !== 0; ) {
      bytes = readSync(descriptor, buffer);
      process.stdout.write(Buffer.from(buffer.subarray(0, bytes)));
    }
  };
  const timer = setInterval(copy, 500);
  return () => {
    clearInterval(timer);
    copy();
    closeSync(descriptor);
  };
}
