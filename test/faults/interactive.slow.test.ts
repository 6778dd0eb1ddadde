import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import type { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startDifyHost } from '../support/dify-host.ts';
import { eventually } from '../support/eventually.ts';
import { missingPseudoTerminal, type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { allCommands, createCommandEnvironment, exitCodes, type Servers, type TestedCommand } from './all-commands.ts';
import type { FakeProvider, FakeProviderOptions } from './fake-provider.ts';
import { secretServiceFaults as faults, startSecretService } from './secret-service.ts';
import { addStoredCredentials, createSandboxWithPlacement } from './stored-credentials.ts';

const waiting = 'waiting for the Secret Service: answer its dialog, or press Ctrl-C';
const controlC = '\x03';
/** The commands that open the dialog of a locked store. doctor does not, and unlock asks on the terminal instead. */
const promptingCommands = allCommands.filter(
  ({ purpose }) => purpose !== 'reports' && purpose !== 'uses-no-store' && purpose !== 'unlocks',
);

interface Session {
  readonly provider: FakeProvider;
  readonly terminal: PseudoTerminal;
  readonly sandbox: Sandbox;
  readonly countDialogs: () => number;
}

async function start(context: TestContext, { line }: TestedCommand, fault: FakeProviderOptions): Promise<Session> {
  const { provider, bus, stop } = await startSecretService(fault);
  const dify = await startDifyHost();
  addStoredCredentials(provider);
  const servers = { dify, oidc: { issuer: dify.url, publicClient: { clientId: 'nobody' } } };
  const sandbox = createSandboxWithPlacement('secret-service', {
    DBUS_SESSION_BUS_ADDRESS: bus.address,
    ...createCommandEnvironment(servers),
  });
  context.onTestFinished(async () => {
    sandbox.remove();
    await stop();
    await dify.stop();
  });
  return {
    provider,
    sandbox,
    terminal: runOnTerminal(line(servers), sandbox.home, sandbox.environment),
    countDialogs: () => provider.calls.filter((call) => call === 'Prompt').length,
  };
}

const missing = missingSessionBus() ?? missingPseudoTerminal();

describeStore('interactive, with a locked Secret Service', 'secret-service', missing, () => {
  describe.concurrent('concurrently', () => {
    const commandsWithoutSignIn = promptingCommands.filter(({ extraMs }) => extraMs === undefined);
    test.for(commandsWithoutSignIn)(
      '[FLT1] $name reports that it is waiting, and continues when the dialog is answered',
      async (command, context) => {
        const { provider, terminal, countDialogs } = await start(context, command, faults.locked());
        await terminal.waitFor(waiting);
        provider.answer();
        const expected = { exit: command.exitIfFound ?? 0 };
        expect({ exit: await terminal.exit, shown: terminal.shown() }).toMatchObject(expected);
        expect(terminal.shown().split(waiting)).toHaveLength(2);
        expect(countDialogs()).toBe(1);
      },
    );

    test('the notice goes to stderr, and stdout has only the secret', async (context) => {
      const get = allCommands.find(({ name }) => name === 'keystow get') as TestedCommand;
      const redirected = { ...get, line: (servers: Servers) => `${get.line(servers)} >out.txt` };
      const { provider, terminal, sandbox } = await start(context, redirected, faults.locked());
      await terminal.waitFor(waiting);
      provider.answer();
      expect(await terminal.exit).toBe(0);
      expect(readFileSync(join(sandbox.home, 'out.txt'), 'utf8')).toBe('s3cret');
    });

    test.for(promptingCommands)(
      '[FLT2] $name exits with 130 on Ctrl-C, and closes the dialog',
      async (command, context) => {
        const { provider, terminal } = await start(context, command, faults.locked());
        await terminal.waitFor(waiting);
        terminal.type(controlC);
        expect({ exit: await terminal.exit, shown: terminal.shown() }).toMatchObject({ exit: 130 });
        await eventually(() => expect(provider.calls).toContain('Dismiss'));
      },
    );

    test.for(commandsWithoutSignIn)(
      '[FLT3] $name reports that the dialog was dismissed, and does not ask again',
      async (command, context) => {
        const { terminal, countDialogs } = await start(context, command, faults.dismisses());
        const exit = await terminal.exit;
        expect(terminal.shown()).toMatch(/is locked.*prompt was dismissed/);
        expect(exit).toBe(exitCodes[command.purpose]);
        expect(countDialogs()).toBe(1);
      },
    );
  });
});
