import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Harness } from '../contract/harness.ts';
import { home, type KeySource, openFile, passphrase } from './place.ts';
import { openBySpecification } from './second-implementation.ts';

/** The encrypted file, sealed either way, for the contract. Everything it holds is read by the book. */
export function fileHarness(seal: KeySource): Harness {
  let path = '';
  return {
    name: `file-${seal}`,
    async start() {
      path = join(mkdtempSync(join(tmpdir(), 'keystow-contract-')), 'credentials.json');
    },
    async stop() {
      rmSync(dirname(path), { recursive: true, force: true });
    },
    open: async () => openFile(path, seal),
    async contents() {
      const payload = existsSync(path)
        ? await openBySpecification(readFileSync(path, 'utf8'), { home, passphrase })
        : '';
      // Every write increments the counter.
      return [...readdirSync(dirname(path)).sort(), payload.replace(/"counter":\d+/, '"counter":0')].join('\n');
    },
  };
}
