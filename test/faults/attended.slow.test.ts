import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import type { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { startDifyHost } from '../support/dify-host.ts';
import { missingPseudoTerminal, onTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { type EveryCommand, environmentOf, everyCommand, exitCodes, type Servers } from './every-command.ts';
import type { FakeProvider, FakeProviderOptions } from './fake-provider.ts';
import { houseRemembering, keepIn } from './house.ts';
import { secretServiceFaults as faults, startSecretService } from './secret-service.ts';

const waiting = 'waiting for the Secret Service: answer its dialog, or press Ctrl-C';
const controlC = '\x03';
/** doctor asks for nothing. */
const asking = everyCommand.filter(({ purpose }) => purpose !== 'reports' && purpose !== 'asks-none');

interface Begun {
  readonly provider: FakeProvider;
  readonly terminal: PseudoTerminal;
  readonly sandbox: Sandbox;
  readonly dialogs: () => number;
}

async function begin(context: TestContext, { line }: EveryCommand, fault: FakeProviderOptions): Promise<Begun> {
  const { provider, bus, stop } = await startSecretService(fault);
  const dify = await startDifyHost();
  keepIn(provider);
  const servers = { dify, oidc: { issuer: dify.url, publicClient: { clientId: 'nobody' } } };
  const sandbox = houseRemembering('secret-service', {
    DBUS_SESSION_BUS_ADDRESS: bus.address,
    ...environmentOf(servers),
  });
  context.onTestFinished(async () => {
    sandbox.remove();
    await stop();
    await dify.stop();
  });
  return {
    provider,
    sandbox,
    terminal: onTerminal(line(servers), sandbox.home, sandbox.environment),
    dialogs: () => provider.calls.filter((call) => call === 'Prompt').length,
  };
}

const missing = missingSessionBus() ?? missingPseudoTerminal();

describeStore('a locked Secret Service, and somebody at the terminal', 'secret-service', missing, () => {
  describe.concurrent('at once', () => {
    const working = asking.filter(({ othersMs }) => othersMs === undefined);
    test.for(working)(
      '[FLT1] $name says that it waits, and goes on when the dialog is answered',
      async (command, context) => {
        const { provider, terminal, dialogs } = await begin(context, command, faults.locked());
        await terminal.waitFor(waiting);
        provider.answer();
        expect({ exit: await terminal.exit, shown: terminal.shown() }).toMatchObject({ exit: 0 });
        expect(terminal.shown().split(waiting)).toHaveLength(2);
        expect(dialogs()).toBe(1);
      },
    );

    test('the line that says so goes to stderr: stdout is the secret and nothing else', async (context) => {
      const get = everyCommand.find(({ name }) => name === 'keystow get') as EveryCommand;
      const redirected = { ...get, line: (servers: Servers) => `${get.line(servers)} >out.txt` };
      const { provider, terminal, sandbox } = await begin(context, redirected, faults.locked());
      await terminal.waitFor(waiting);
      provider.answer();
      expect(await terminal.exit).toBe(0);
      expect(readFileSync(join(sandbox.home, 'out.txt'), 'utf8')).toBe('s3cret');
    });

    test.for(asking)('[FLT2] $name ends with 130 on Ctrl-C, and takes the dialog back', async (command, context) => {
      const { provider, terminal } = await begin(context, command, faults.locked());
      await terminal.waitFor(waiting);
      terminal.type(controlC);
      expect({ exit: await terminal.exit, shown: terminal.shown() }).toMatchObject({ exit: 130 });
      await vi.waitFor(() => expect(provider.calls).toContain('Dismiss'));
    });

    test.for(working)(
      '[FLT3] $name is told no by the dialog, says so, and asks no second time',
      async (command, context) => {
        const { terminal, dialogs } = await begin(context, command, faults.dismisses());
        const exit = await terminal.exit;
        expect(terminal.shown()).toMatch(/is locked.*prompt was dismissed/);
        expect(exit).toBe(exitCodes[command.purpose]);
        expect(dialogs()).toBe(1);
      },
    );
  });
});
