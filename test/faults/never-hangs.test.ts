import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import {
  type EveryCommand,
  environmentOf,
  everyCommand,
  namesOfCommands,
  type Purpose,
  type Servers,
} from './every-command.ts';
import { houseRemembering } from './house.ts';
import { type Situation, secretServiceSituations } from './situations.ts';

/** What has not ended by then, beside what it had to wait for a busy machine, is killed, and so has no exit code. */
const limitMs = 5_000;

const exitCodes: Readonly<Record<Purpose, number>> = { gives: 1, names: 0, keeps: 0, removes: 1, reports: 0 };

let servers: Servers;
beforeAll(async () => {
  const [oidc, dify] = [await startOidcProvider(), await startDifyHost({ code: [codeAnswer({ interval: 1 })] })];
  servers = { oidc, dify };
});
afterAll(async () => {
  await servers.oidc.stop();
  await servers.dify.stop();
});

test('every command of every program is tried', () => {
  expect(everyCommand.map(({ name }) => name).sort()).toEqual([...namesOfCommands()].sort());
});

describeStore('with nobody there', 'secret-service', missingSessionBus(), () => {
  describe.concurrent.each(secretServiceSituations)('a Secret Service that $name', (situation) => {
    test.each(everyCommand)('$name ends within 5 s, and says why', async (command) => {
      judge(await attempt(command, situation), command, situation);
    });
  });
});

async function attempt({ line, meanwhile, othersMs = 0 }: EveryCommand, situation: Situation): Promise<Run> {
  const { environment, stop } = await situation.start();
  const sandbox = houseRemembering('secret-service', { ...environmentOf(servers), ...environment });
  try {
    const running = sandbox.begin(`exec ${line(servers)}`, {}, limitMs + othersMs);
    await meanwhile?.(running);
    return await running.end;
  } finally {
    sandbox.remove();
    await stop();
  }
}

function judge({ stdout, stderr, exit }: Run, { name, purpose }: EveryCommand, situation: Situation): void {
  const { reason, words, unaffected, recovers } = situation;
  const serves = unaffected?.test(name) || recovers?.test(name);
  expect({ exit, stderr }).toMatchObject({ exit: serves ? 0 : exitCodes[purpose] });
  expect(`${stdout}${stderr}`).not.toMatch(/no credential|nobody is signed in|unexpected:|\bat .*:\d+:\d+/);
  expect(stderr).not.toContain('s3cret');
  if (unaffected?.test(name)) return;
  if (purpose === 'reports') {
    const { selection } = JSON.parse(stdout);
    expect(selection).toMatchObject({ outcome: 'selected', store: 'file' });
    expect(selection.passedOver).toContainEqual(expect.objectContaining({ store: 'secret-service', reason }));
    return;
  }
  expect(`${stdout}${stderr}`).toMatch(words);
  if (purpose === 'keeps') expect(stdout).toContain('in the encrypted file');
  if (purpose === 'names') expect(stdout).toContain('demo\talice\n');
}
