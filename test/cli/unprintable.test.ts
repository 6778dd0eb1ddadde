import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createTerminal } from '../../src/adapters/terminal/terminal.ts';
import type { Context } from '../../src/app/context.ts';
import { saveSession } from '../../src/app/sign-in/change-session.ts';
import { type Cli, services } from '../../src/cli/cli.ts';
import { serveProtocol } from '../../src/cli/commands/protocols/serve.ts';
import { reportFailure } from '../../src/cli/output/failure.ts';
import { formatJson, renderLines, styled, tab } from '../../src/cli/output/text.ts';
import type { Program } from '../../src/cli/program.ts';
import { difyctlProgram } from '../../src/cli/programs/difyctl.ts';
import { jsmProgram } from '../../src/cli/programs/jsm.ts';
import { keystowProgram } from '../../src/cli/programs/keystow.ts';
import { runProgram } from '../../src/cli/run-program.ts';
import { docker } from '../../src/domain/protocols/docker.ts';
import { jsmCredential } from '../../src/profiles/jsm.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { anyName, anyText, findForbidden, hostileTexts } from '../support/unprintable.ts';

/** Runs one command of a program, and returns everything that it prints to stdout and stderr. */
async function output(program: Program, context: Context, argv: readonly string[]): Promise<string> {
  const printed: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const terminal = createTerminal({ program: program.profile.program, quiet: false, interactive: false });
  const cli: Cli = {
    profile: program.profile,
    environment: {},
    services,
    signal: new AbortController().signal,
    context: () => ({ ...context, terminal }),
    print: async (lines, paint) => void printed.push(renderLines(lines, paint)),
    printJson: async (value, indent = 2) => void printed.push(formatJson(value, indent)),
    // The secrets of other programs are printed as they are.
    printBytes: async (bytes) => void (program.helper !== undefined && printed.push(Buffer.from(bytes).toString())),
    uninterrupted: (step) => step(),
    exitWith: () => {},
  };
  try {
    if (program.helper === undefined) printed.push(await runProgram(program, cli, argv));
    else await serveProtocol(cli, docker, argv);
  } catch (error) {
    reportFailure(error, program.profile, false);
  } finally {
    vi.restoreAllMocks();
  }
  return printed.join('');
}

/** A machine on which every string that comes from outside is `text`. */
async function hostileWorld(text: string, name: { service: string; account: string }): Promise<Context> {
  const world = new World();
  await world.stores.file.set(name, textSecret('s3cret'));
  await world.stores['secret-service'].set(name, textSecret('another'));
  const store = 'file';
  world.snapshot = {
    placement: [{ ...name, store, writtenAt: '2026-11-03T00:00:00.000Z', stale: [] }],
    state: 'damaged',
    why: `is damaged: ${text}`,
  };
  world.probe = { kind: 'service-failure', reason: 'failed', evidence: { text } };
  world.policy = { preference: text, keyringDisabled: false };
  const { context } = world;
  return {
    ...context,
    settings: { ...context.settings, credentialsPath: `/home/${text}/credentials.json` },
    host: { ...context.host, folder: `/usr/${text}`, storageVariable: text, disableVariable: text },
  };
}

const commands = [
  ['list'],
  ['list', '--json'],
  ['doctor'],
  ['doctor', '--explain'],
  ['doctor', '--json'],
  ['doctor', '--repair'],
  ['migrate', '--to', 'file'],
  ['migrate', '--to', 'keychain', '--json'],
];

describe('[ESC3] nothing that is printed contains a control or format character', () => {
  test.each(commands)('keystow %s %s', async (...argv) => {
    await fc.assert(
      fc.asyncProperty(anyText, anyName, anyName, async (text, service, account) => {
        const context = await hostileWorld(text, { service, account });
        expect(findForbidden(await output(keystowProgram, context, argv))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test.each([[['get']], [['delete']], [['delete', '--json']], [['exec', '--env', 'A', '--']]])(
    'keystow %s with any name or argument',
    async ([command = '', ...rest]) => {
      await fc.assert(
        fc.asyncProperty(anyText, anyName, anyName, async (text, service, account) => {
          const { context } = new World();
          const argv = [command, ...rest, service, account];
          expect(findForbidden(await output(keystowProgram, context, argv))).toEqual([]);
          expect(findForbidden(await output(keystowProgram, context, [command, text]))).toEqual([]);
          expect(findForbidden(await output(keystowProgram, context, [text, `--${text}=${text}`]))).toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
  );

  test.each([
    ['auth', 'status'],
    ['auth', 'status', '--json'],
    ['auth', 'logout'],
  ])('jsm and difyctl %s %s with any server, subject and error', async (...argv) => {
    await fc.assert(
      fc.asyncProperty(anyText, anyName, async (text, issuer) => {
        const { context } = new World();
        const subject = { id: text, email: text, name: text };
        const session = {
          kind: 'sign-in',
          issuer,
          tokens: { accessToken: 'token', subject, expiresAt: text },
        } as const;
        const name = { service: 'difyctl', account: `${issuer}@cloud.dify.ai` };
        await saveSession(context, jsmCredential, session);
        await saveSession(context, name, session);
        for (const program of [jsmProgram, difyctlProgram])
          expect(findForbidden(await output(program, { ...context, profile: program.profile }, argv))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('errors of any kind, of any program', () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    fc.assert(
      fc.property(anyText, (text) => {
        for (const error of [new Error(text), new TypeError(`failed: ${text}`), text, { message: text }])
          reportFailure(error, keystowProgram.profile, false);
        const lines = written.mock.calls.map(([line]) => String(line));
        expect(findForbidden(lines.join(''))).toEqual([]);
      }),
    );
    vi.restoreAllMocks();
  });
});

test.each(hostileTexts)('[ESC4] a text cannot add a line, a field or a style: %j', (text) => {
  const rendered = renderLines([[text, tab, styled('bad', text)]], (_, painted) => `<${painted}>`);
  expect(rendered.split('\n')).toHaveLength(2);
  expect(rendered.split('\t')).toHaveLength(2);
  expect(findForbidden(rendered)).toEqual([]);
});

test('only these files write to stdout or stderr', () => {
  const source = resolve(import.meta.dirname, '../../src');
  const writers = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /process\.std(out|err)\.write|process\.std(out|err)\b(?!\.columns)|console\.\w+\(|writeSync\((1|2|stdout)\b/.test(
        readFileSync(join(source, file), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, ''),
      ),
    )
    .map((file) => file.replaceAll('\\', '/'));
  expect(writers.sort()).toEqual([
    'adapters/process/run-child.ts',
    'adapters/terminal/ask.ts',
    'adapters/terminal/hidden-input.ts',
    'adapters/terminal/terminal.ts',
    'cli/fast-path.ts',
    'cli/output/failure.ts',
    'cli/output/print.ts',
  ]);
});
