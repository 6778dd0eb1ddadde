import { runProtocol } from '../../../app/protocols/run-protocol.ts';
import { isTerminal } from '../../../composition/environment.ts';
import type { Protocol } from '../../../domain/protocols/protocol.ts';
import type { Cli } from '../../cli.ts';
import { exitCodes } from '../../exit.ts';
import type { DirectCommand } from '../../fast-path.ts';
import { openStdin, untilAborted } from '../../input.ts';

/** Connects a protocol to this process, and sets the exit code. `received`: the bytes that have been read from stdin already. */
export async function serveProtocol(
  cli: Cli,
  protocol: Protocol,
  args: readonly string[],
  received: Uint8Array = new Uint8Array(),
): Promise<void> {
  const { environment, profile, services, signal } = cli;
  const exitCode = await runProtocol(protocol, {
    args,
    environment,
    signal,
    clock: () => new Date().toISOString(),
    isTerminal: isTerminal(0),
    readStdin: () => untilAborted(openStdin(received), signal),
    writeStdout: cli.printBytes,
    openContext: cli.context,
    ask: services.ask,
    answeredPrompts: services.answeredPrompts,
    interruptCaller() {
      // The process group: kill(2).
      if (process.platform !== 'win32') process.kill(0, 'SIGINT');
    },
    async report(error) {
      const { reportFailure } = await import('../../output/failure.ts');
      return reportFailure(error, profile, signal.aborted);
    },
  });
  // Cargo's errors are part of the replies, so Ctrl-C is one without an exit code.
  cli.exitWith(signal.aborted && exitCode === exitCodes.done ? exitCodes.interrupted : exitCode);
}

/** An executable of its own for a protocol. Everything but a request for help or the version is passed on as it is. */
export function createDirectHelper(protocol: Protocol): DirectCommand {
  return {
    words: [],
    operands: 0,
    accepts: (args) => !/^(--?help|-h|--version|-V)$/.test(args[0] ?? ''),
    run: (cli, ...args) => serveProtocol(cli, protocol, args),
  };
}
