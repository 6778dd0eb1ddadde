import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { missingProgram } from '../support/session-bus.ts';
import { startTrial } from './harness.ts';

const missing = missingProgram('openssl');

test('a host that speaks no TLS is asked once, and said to be one', async () => {
  const trial = await startTrial();
  const typed = trial.host.url.replace('http:', 'https:');
  const { message } = await trial.fails('sign-in-unreachable', typed);
  expect(message).toMatch(/^https:\/\/127\.0\.0\.1:\d+ does not speak TLS as it should \(\w+\)$/);
  expect(trial.waits).toEqual([]);
});

describe('a certificate', needs(missing === undefined, 'openssl'), () => {
  test('[DF2] that does not hold ends the sign-in at once, and the hint says how to trust it', async () => {
    const trial = await startTrial({ tls: selfSigned() });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} has a certificate that does not hold (DEPTH_ZERO_SELF_SIGNED_CERT)`);
    expect(hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(trial.waits).toEqual([]);
    expect(trial.host.requests).toEqual([]);
  });
});

function selfSigned(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const about = ['-subj', '/CN=127.0.0.1', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...curve, ...about, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
