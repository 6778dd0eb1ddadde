import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Daemons } from './daemons.ts';
import { Sandbox } from './sandbox.ts';
import { alignToExpected, parseTranscript, type Transcript } from './transcript.ts';

/** Every secret and passphrase in a transcript contains one of these. Only a `get` may print one. */
const marker = /s3cret|correct horse/;

/** Reads the transcripts of a folder. */
export function readTranscripts(folder: string): readonly (readonly [file: string, transcript: Transcript])[] {
  const files = readdirSync(folder).sort();
  return files.map((file) => [file, parseTranscript(readFileSync(join(folder, file), 'utf8'))]);
}

/** Runs the commands of a transcript in a new sandbox, and asserts their output and exit codes. */
export async function replay({ exchanges }: Transcript, start: () => Promise<Daemons>): Promise<void> {
  const daemons = await start();
  const sandbox = new Sandbox(daemons.environment);
  try {
    for (const { line, events, command, ...expected } of exchanges) {
      for (const event of events) await daemons.trigger(event);
      const actual = await sandbox.begin(command).end;
      const stdout = alignToExpected(expected.stdout, actual.stdout);
      const stderr = alignToExpected(expected.stderr, actual.stderr);
      expect({ stdout, stderr, exit: actual.exit }, `line ${line}: ${command}`).toEqual(expected);
      expect(actual.stderr).not.toMatch(marker);
      if (!/\bget\b/.test(command)) expect(actual.stdout).not.toMatch(marker);
    }
  } finally {
    sandbox.remove();
    await daemons.stop();
  }
}
