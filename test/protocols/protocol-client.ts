import type { Context } from '../../src/app/context.ts';
import { runProtocol } from '../../src/app/protocols/run-protocol.ts';
import type { CredentialError } from '../../src/domain/credential-error.ts';
import type { Protocol } from '../../src/domain/protocols/protocol.ts';
import { Secret } from '../../src/domain/secret.ts';

/** Stdin is a terminal, on which nothing is typed. */
export const terminal = Symbol('terminal');

/** What a protocol replied. */
export interface ProtocolRun {
  readonly stdout: string;
  readonly errors: readonly CredentialError[];
  readonly exitCode: number;
}

export interface ProtocolRunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The parts that stdin arrives in. */
  readonly stdin?: readonly (string | Uint8Array)[] | string | typeof terminal;
  /** What the user types. Default: nobody can be asked. */
  readonly answers?: readonly string[];
  /** Receives what the user is asked. */
  readonly asked?: string[];
  readonly signal?: AbortSignal;
  /** Whether the same process has received an answer to the same request. */
  readonly repeated?: boolean;
}

/** The exit code of every error that has none of the protocol's own. */
export const errorExitCode = 99;

/** Lets a client of a protocol run keystow. */
export async function runRequest(
  context: Context,
  protocol: Protocol,
  args: readonly string[],
  {
    environment = {},
    stdin = [],
    answers = [],
    asked = [],
    signal = context.signal,
    repeated = false,
  }: ProtocolRunOptions = {},
): Promise<ProtocolRun> {
  const written: Uint8Array[] = [];
  const errors: CredentialError[] = [];
  const left = [...answers];
  const askHidden: Context['terminal']['askHidden'] = async (question, options) => {
    asked.push(question);
    const answer = left.shift();
    return answer === undefined ? context.terminal.askHidden(question, options) : new Secret(Buffer.from(answer));
  };
  const exitCode = await runProtocol(protocol, {
    args,
    environment,
    signal,
    clock: context.clock,
    isTerminal: stdin === terminal,
    async *readStdin() {
      if (stdin === terminal) return;
      for (const part of [stdin].flat()) yield Buffer.from(part as string, protocol.encoding ?? 'utf-8');
    },
    writeStdout: async (bytes) => void written.push(bytes),
    report: async (error) => {
      errors.push(error);
      return errorExitCode;
    },
    openContext: () => ({ ...context, terminal: { ...context.terminal, askHidden } }),
    ask: async (question) => {
      asked.push(question);
      return left.shift();
    },
    interruptCaller: () => void asked.push('(interrupted)'),
    answeredPrompts: async () => ({ has: () => repeated, add: () => undefined }),
  });
  return { stdout: Buffer.concat(written).toString(protocol.encoding ?? 'utf-8'), errors, exitCode };
}

/** Runs a request that has to succeed, and returns what was printed. Rejects with the error that was reported. */
export async function requireReply(...run: Parameters<typeof runRequest>): Promise<string> {
  const { stdout, errors } = await runRequest(...run);
  if (errors.length > 0) throw errors[0];
  return stdout;
}
