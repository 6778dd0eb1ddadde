import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { Sandbox } from './sandbox.ts';
import { missingSurroundings, startSurroundings } from './surroundings.ts';
import { align, parseTranscript, type Transcript } from './transcript.ts';

const folder = join(import.meta.dirname, 'transcripts');

/** Every secret and passphrase in a transcript holds one of these, and only a `get` may print one. */
const telltale = /s3cret|correct horse/;

for (const file of readdirSync(folder).sort()) {
  const transcript = parseTranscript(readFileSync(join(folder, file), 'utf8'));
  const store = transcript.surroundings === undefined ? 'file-home' : 'secret-service';
  describeStore(file, store, missingSurroundings(transcript.surroundings), () => {
    test(transcript.title, () => replay(transcript), 120_000);
  });
}

async function replay({ surroundings: wanted, exchanges }: Transcript): Promise<void> {
  const surroundings = await startSurroundings(wanted);
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
