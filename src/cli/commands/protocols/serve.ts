import { runProtocol } from '../../../app/protocols/run-protocol.ts';
import { isTerminal } from '../../../composition/environment.ts';
import type { Protocol } from '../../../domain/protocols/protocol.ts';
import type { Cli } from '../../cli.ts';
import { openStdin, untilAborted } from '../../stdin.ts';

/** Connects a protocol to this process, and sets the exit code. */
export async function serveProtocol(cli: Cli, protocol: Protocol, args: readonly string[]): Promise<void> {
  const { environment, profile, services, signal } = cli;
  const exitCode = await runProtocol(protocol, {
    args,
    environment,
    signal,
    clock: () => new Date().toISOString(),
    isTerminal: isTerminal(0),
    readStdin: () => untilAborted(openStdin(), signal),
    writeStdout: cli.printBytes,
    openContext: cli.context,
    ask: services.ask,
    async report(error) {
      const { reportFailure } = await import('../../output/failure.ts');
      return reportFailure(error, profile, signal.aborted);
    },
  });
  cli.exitWith(exitCode);
}
