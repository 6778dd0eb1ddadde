import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Sandbox } from './sandbox.ts';
import type { Surroundings } from './surroundings.ts';
import { align, parseTranscript, type Transcript } from './transcript.ts';

/** Every secret and passphrase in a transcript holds one of these, and only a `get` may print one. */
const telltale = /s3cret|correct horse/;

/** The transcripts of a folder, each with the name of its file. */
export function transcriptsIn(folder: string): readonly (readonly [file: string, transcript: Transcript])[] {
  const files = readdirSync(folder).sort();
  return files.map((file) => [file, parseTranscript(readFileSync(join(folder, file), 'utf8'))]);
}

/** Types the commands of a transcript in a sandbox of its own, and holds that they do what it says. */
export async function replay({ exchanges }: Transcript, start: () => Promise<Surroundings>): Promise<void> {
  const surroundings = await start();
  const sandbox = new Sandbox(surroundings.environment);
  try {
    for (const { line, events, command, ...expected } of exchanges) {
      for (const event of events) await surroundings.befall(event);
      const actual = sandbox.run(command);
      const stdout = align(expected.stdout, actual.stdout);
      const stderr = align(expected.stderr, actual.stderr);
      expect({ stdout, stderr, exit: actual.exit }, `line ${line}: ${command}`).toEqual(expected);
      expect(actual.stderr).not.toMatch(telltale);
      if (!/\bget\b/.test(command)) expect(actual.stdout).not.toMatch(telltale);
    }
  } finally {
    sandbox.remove();
    await surroundings.stop();
  }
}
