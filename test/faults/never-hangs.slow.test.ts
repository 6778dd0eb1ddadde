import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import {
  allCommands,
  createCommandEnvironment,
  exitCodes,
  listCommandNames,
  type Servers,
  type TestedCommand,
} from './all-commands.ts';
import { bindingSituations, type Situation, secretServiceSituations } from './situations.ts';
import { createSandboxWithPlacement } from './stored-credentials.ts';

/** A program that runs longer, not counting its waits for a busy machine, is killed and has no exit code. */
const limitMs = 5_000;

let servers: Servers;
let stopServers: () => Promise<unknown>;
beforeAll(async () => {
  const [oidc, dify] = [await startOidcProvider(), await startDifyHost({ code: [codeAnswer({ interval: 1 })] })];
  servers = { oidc, dify };
  stopServers = () => Promise.all([oidc.stop(), dify.stop()]);
});
afterAll(() => stopServers());

test('[FLT5] covers every command of every program', () => {
  expect(allCommands.map(({ name }) => name).sort()).toEqual([...listCommandNames()].sort());
});

describeStore('non-interactive', 'secret-service', missingSessionBus(), () => {
  describe.concurrent.each(secretServiceSituations)('a Secret Service that $name', (situation) => {
    test.each(allCommands)('[FLT6] $name ends within 5 s and reports why', async (command) => {
      checkOutcome(await runCommand(command, situation), command, situation);
    });
  });
});

describe.concurrent.each(bindingSituations)('non-interactive, with a Keychain fault: $name', (situation) => {
  test.each(allCommands)('[FLT7] $name ends within 5 s and reports why', async (command) => {
    checkOutcome(await runCommand(command, situation), command, situation);
  });
});

describeStore('non-interactive, doctor --repair', 'secret-service', missingSessionBus(), () => {
  const unresponsive = secretServiceSituations.filter(({ reason }) => reason === 'timed-out' || reason === 'locked');

  test.each(unresponsive)('with a Secret Service that $name ends within 5 s and reports why', async (situation) => {
    const { environment, stop } = await situation.start();
    const sandbox = createSandboxWithPlacement('secret-service', environment);
    try {
      const { stdout, stderr, exit } = await sandbox.begin('exec keystow doctor --repair', {}, limitMs).end;
      expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(situation.message) });
      expect(stderr).toContain('skipped demo alice');
      expect(stdout).toContain('Selection: the encrypted file is selected');
    } finally {
      sandbox.remove();
      await stop();
    }
  });
});

async function runCommand({ line, meanwhile, extraMs = 0 }: TestedCommand, situation: Situation): Promise<Run> {
  const { environment, stop } = await situation.start();
  const sandbox = createSandboxWithPlacement(situation.store, { ...createCommandEnvironment(servers), ...environment });
  try {
    const running = sandbox.begin(`exec ${line(servers)}`, {}, limitMs + extraMs);
    await meanwhile?.(running);
    return await running.end;
  } finally {
    sandbox.remove();
    await stop();
  }
}

function checkOutcome(
  { stdout, stderr, exit }: Run,
  { name, purpose, exit: expected, exitIfFound = 0 }: TestedCommand,
  situation: Situation,
): void {
  const { store, reason, message, unaffectedCommands, recoveringCommands, exits, hangs } = situation;
  const isUnaffected = purpose === 'uses-no-store' || unaffectedCommands?.test(name);
  const succeeds = isUnaffected || recoveringCommands?.test(name);
  const usesStore = purpose !== 'uses-no-store' && purpose !== 'unlocks';
  const mustKillItself = hangs && usesStore && !('execve' in process);
  expect({ exit, stderr }).toMatchObject({
    exit: mustKillItself ? 137 : (expected ?? exits?.[name] ?? (succeeds ? exitIfFound : exitCodes[purpose])),
  });
  expect(`${stdout}${stderr}`).not.toMatch(
    /no credential|credentials not found|not signed in|unexpected:|\bat .*:\d+:\d+/,
  );
  expect(stderr).not.toContain('s3cret');
  if (isUnaffected) return;
  if (purpose === 'unlocks') {
    expect(stderr).toMatch(/: (no session bus, which )?the Secret Service /);
    return;
  }
  if (purpose === 'reports') {
    const { selection } = JSON.parse(stdout);
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file' });
    expect(selection.skipped).toContainEqual(expect.objectContaining({ store, reason }));
    return;
  }
  expect(`${stdout}${stderr}`).toMatch(message);
  // git and docker expect nothing on stdout.
  if (purpose === 'writes') expect(isHelper(name) ? stderr : stdout).toMatch(/(in|using) the encrypted file/);
  if (purpose === 'lists') expect(stdout).toContain(isHelper(name) ? '{"localhost:5000":"alice"}' : 'demo\talice\n');
}

function isHelper(name: string): boolean {
  return name.includes('-credential-');
}
