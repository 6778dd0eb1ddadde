import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { serviceFailureReasons, unsupportedReasons } from '../../src/domain/probe.ts';

test('a test fails when any one reason is taken out of the domain, and none where all are there', async () => {
  const script = fileURLToPath(new URL('without-each-reason.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const { none, ...failures } = JSON.parse(stdout) as Record<string, number>;
  expect(none).toBe(0);
  expect(Object.keys(failures).sort()).toEqual([...unsupportedReasons, ...serviceFailureReasons].sort());
  for (const [reason, failed] of Object.entries(failures)) expect(failed, reason).toBeGreaterThan(0);
}, 120_000);
