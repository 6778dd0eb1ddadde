import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { saveSession } from '../../src/app/sign-in/change-session.ts';
import { type Cli, services } from '../../src/cli/cli.ts';
import { directGet } from '../../src/cli/commands/credentials/get.ts';
import { directToken as difyctlToken } from '../../src/cli/commands/difyctl/token.ts';
import { directToken as jsmToken } from '../../src/cli/commands/jsm/token.ts';
import { type DirectCommand, matchForm } from '../../src/cli/fast-path.ts';
import { renderLines } from '../../src/cli/output/text.ts';
import type { Program } from '../../src/cli/program.ts';
import { difyctlProgram } from '../../src/cli/programs/difyctl.ts';
import { jsmProgram } from '../../src/cli/programs/jsm.ts';
import { keystowProgram } from '../../src/cli/programs/keystow.ts';
import { runProgram } from '../../src/cli/run-program.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { jsmCredential } from '../../src/profiles/jsm.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';

const programs: readonly (readonly [Program, DirectCommand])[] = [
  [keystowProgram, directGet],
  [jsmProgram, jsmToken],
  [difyctlProgram, difyctlToken],
];

/** Words that a parser could misinterpret, and random ones. */
const word = fc.oneof(
  fc.constantFrom('get', 'auth', 'token', 'set', 'list', 'demo', 'alice', 'help', 'version', 'completion', 'true', '0'),
  fc.constantFrom('', ' ', '-', '--', '-h', '--help', '--version', '--json', '--no-json', '-x', '--=', '.', '$0', '*'),
  fc.constantFrom('__proto__', 'constructor', '_', 'a=b', '1e3', '0x10', 'ü', '[..]', '<service>', '"a"', "'a'", 'a,b'),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
);

describe.each(programs)('$profile.program', (program, quick) => {
  const words = fc.oneof(
    fc.array(word, { maxLength: 5 }),
    fc.array(word, { minLength: quick.operands, maxLength: quick.operands }).map((rest) => [...quick.words, ...rest]),
  );

  test('a direct command behaves as with the parser', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (argv) => {
        const operands = matchForm(quick, argv);
        if (operands === undefined) return;
        const quickly = await outcome((cli) => quick.run(cli, ...operands), operands);
        const whole = await outcome(async (cli) => {
          await cli.print([await runProgram(program, cli, argv)]);
        }, operands);
        expect(quickly).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  test('options and a lone dash need the parser', () => {
    const plain = [...quick.words, ...Array(quick.operands).fill('x')];
    expect(matchForm(quick, plain)).toHaveLength(quick.operands);
    for (const other of ['--help', '--json', '--', '-', '-h']) {
      expect(matchForm(quick, [...plain, other])).toBeUndefined();
      for (const index of plain.keys()) expect(matchForm(quick, plain.with(index, other))).toBeUndefined();
    }
  });
});

/** Runs a command in a world that has the credential, and returns its output, exit code and errors. */
async function outcome(run: (cli: Cli) => Promise<void>, [service, account]: readonly string[]) {
  const world = new World();
  const { context } = world;
  const said: unknown[] = [];
  if (service && account) await setCredential(context, { service, account }, textSecret('s3cret'));
  await saveSession(context, jsmCredential, { kind: 'api-key', key: 'jsm_key' });
  const tokens = { accessToken: 'token of alice' };
  const name = { service: 'difyctl', account: 'alice@cloud.dify.ai' };
  await saveSession(context, name, { kind: 'sign-in', issuer: 'https://cloud.dify.ai', tokens });
  const cli: Cli = {
    profile: context.profile,
    environment: {},
    services,
    signal: new AbortController().signal,
    context: () => context,
    print: async (lines) => void said.push(renderLines(lines).trim()),
    printJson: async (value) => void said.push(JSON.stringify(value)),
    printBytes: async (bytes) => void said.push(Buffer.from(bytes).toString()),
    uninterrupted: (step) => step(),
    exitWith: (code) => void said.push(code),
  };
  try {
    await run(cli);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    said.push(error.code, error.message);
  }
  return { said: said.filter((text) => text !== ''), warnings: world.warnings };
}
