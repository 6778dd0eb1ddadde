import { CredentialError } from '../../domain/credential-error.ts';
import type { Protocol, ProtocolStep, RawRequest, Reply } from '../../domain/protocols/protocol.ts';
import type { Context } from '../context.ts';
import { performOperation } from './perform-operation.ts';
import { createRequest, encodeText, type ProtocolProcess, readRequests, sha256 } from './requests.ts';

/**
 * Answers the requests of one process, and returns its exit code. Every failure is expressed as the protocol prescribes. Rejects
 * only if stdout can't be written to, or because of a bug.
 */
export async function runProtocol(protocol: Protocol, process: ProtocolProcess): Promise<number> {
  const { args, environment, isTerminal, signal, clock } = process;
  const variables = Object.fromEntries((protocol.variables ?? []).map((name) => [name, environment[name]]));
  const print = async (text: string | undefined) => {
    if (text) await process.writeStdout(encodeText(protocol, text));
  };
  let context: Context | undefined;
  const openContext = (request: RawRequest): Context => {
    context ??= process.openContext({ interactive: protocol.isInteractive?.(request) ?? true });
    return context;
  };
  const performAll = async (request: RawRequest): Promise<Reply> => {
    let step: ProtocolStep<unknown> = protocol.parse(request);
    while (step.kind !== 'reply') step = await performOperation(protocol, step, openContext(request), process.ask);
    return step;
  };
  const perform = async (request: RawRequest): Promise<Reply> => {
    if (!protocol.noticesRepeats) return performAll(request);
    const question = sha256(args.join('\0'));
    const prompts = await process.answeredPrompts(openContext(request));
    const reply = await performAll({ ...request, isRepeated: prompts.has(question) });
    if (reply.stdout) prompts.add(question);
    return reply;
  };
  let exitCode = 0;
  await print(protocol.greeting);
  for await (const received of readRequests(protocol, process)) {
    const text = typeof received === 'string' ? received : '';
    const request = createRequest({ args, isTerminal, text, variables, nowMs: Date.parse(clock()) });
    let reply: Reply;
    try {
      if (typeof received !== 'string') throw received;
      reply = await perform(request);
    } catch (error) {
      reply = replyToFailure(protocol, error, request, signal);
    }
    await print(reply.stdout);
    exitCode = reply.error === undefined ? 0 : await process.report(reply.error);
    if (reply.exitCode !== undefined) exitCode = reply.exitCode;
    // The terminal has interrupted every program that runs in it if this one was.
    if (reply.interruptsCaller && !signal.aborted) process.interruptCaller();
    if (reply.ends || signal.aborted) break;
  }
  return exitCode;
}

function replyToFailure({ outcomes }: Protocol, error: unknown, request: RawRequest, signal: AbortSignal): Reply {
  if (!(error instanceof CredentialError)) throw error;
  if (error.code === 'cancelled' || signal.aborted) return outcomes.cancelled(error, request);
  const isBadRequest = error.code === 'invalid-input' || error.code === 'invalid-name';
  return isBadRequest ? outcomes.badRequest(error, request) : outcomes.failed(error, request);
}
