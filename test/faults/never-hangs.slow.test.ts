import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { bindingSituations } from './binding-situations.ts';
import {
  type EveryCommand,
  environmentOf,
  everyCommand,
  exitCodes,
  namesOfCommands,
  type Servers,
} from './every-command.ts';
import { houseRemembering } from './house.ts';
import { type Situation, secretServiceSituations } from './situations.ts';

/** What has not ended by then, beside what it had to wait for a busy machine, is killed, and so has no exit code. */
const limitMs = 5_000;

let servers: Servers;
let stopServers: () => Promise<unknown>;
beforeAll(async () => {
  const [oidc, dify] = [await startOidcProvider(), await startDifyHost({ code: [codeAnswer({ interval: 1 })] })];
  servers = { oidc, dify };
  stopServers = () => Promise.all([oidc.stop(), dify.stop()]);
});
afterAll(() => stopServers());

test('[FLT5] every command of every program is tried', () => {
  expect(everyCommand.map(({ name }) => name).sort()).toEqual([...namesOfCommands()].sort());
});

describeStore('with nobody there', 'secret-service', missingSessionBus(), () => {
  describe.concurrent.each(secretServiceSituations)('a Secret Service that $name', (situation) => {
    test.each(everyCommand)('[FLT6] $name ends within 5 s, and says why', async (command) => {
      judge(await attempt(command, situation), command, situation);
    });
  });
});

describe.concurrent.each(bindingSituations)('with nobody there, and a Keychain of which $name', (situation) => {
  test.each(everyCommand)('[FLT7] $name ends within 5 s, and says why', async (command) => {
    judge(await attempt(command, situation), command, situation);
  });
});

async function attempt({ line, meanwhile, othersMs = 0 }: EveryCommand, situation: Situation): Promise<Run> {
  const { environment, stop } = await situation.start();
  const sandbox = houseRemembering(situation.store, { ...environmentOf(servers), ...environment });
  try {
    const running = sandbox.begin(`exec ${line(servers)}`, {}, limitMs + othersMs);
    await meanwhile?.(running);
    return await running.end;
  } finally {
    sandbox.remove();
    await stop();
  }
}

function judge(
  { stdout, stderr, exit }: Run,
  { name, purpose, exit: expected }: EveryCommand,
  situation: Situation,
): void {
  const { store, reason, words, unaffected, recovers, hangs } = situation;
  const untouched = purpose === 'asks-none' || unaffected?.test(name);
  const serves = untouched || recovers?.test(name);
  const killsItself = hangs && purpose !== 'asks-none' && !('execve' in process);
  expect({ exit, stderr }).toMatchObject({ exit: killsItself ? 137 : (expected ?? (serves ? 0 : exitCodes[purpose])) });
  expect(`${stdout}${stderr}`).not.toMatch(
    /no credential|credentials not found|nobody is signed in|unexpected:|\bat .*:\d+:\d+/,
  );
  expect(stderr).not.toContain('s3cret');
  if (untouched) return;
  if (purpose === 'reports') {
    const { selection } = JSON.parse(stdout);
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file' });
    expect(selection.skipped).toContainEqual(expect.objectContaining({ store, reason }));
    return;
  }
  expect(`${stdout}${stderr}`).toMatch(words);
  // git and docker are given no receipts.
  if (purpose === 'keeps') expect(isHelper(name) ? stderr : stdout).toMatch(/(in|using) the encrypted file/);
  if (purpose === 'names') expect(stdout).toContain(isHelper(name) ? '{"localhost:5000":"alice"}' : 'demo\talice\n');
}

function isHelper(name: string): boolean {
  return name.includes('-credential-');
}
