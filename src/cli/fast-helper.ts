import { readSync } from 'node:fs';
import type { ReadContext } from '../app/context.ts';
import { readEntry } from '../app/credentials/get-credential.ts';
import { createRequest, decodeBytes, encodeText } from '../app/protocols/requests.ts';
import { isTerminal } from '../composition/environment.ts';
import type { PlacementEntry } from '../domain/placement/placement-index.ts';
import type { Candidates, Protocol } from '../domain/protocols/protocol.ts';
import { mayBeTokenSet } from '../domain/token-set.ts';
import { keystow } from '../profiles/keystow.ts';
import { exitFast, printAtOnce, readRecorded } from './fast-path.ts';

const stdin = 0;
const stdout = 1;
const maxRequestBytes = 64 * 1024;
const newline = 0x0a;

/** Runs the full program. `received`: the bytes from stdin. */
type RunFull = (received: Uint8Array) => Promise<unknown>;

/**
 * Answers `get` without loading the full program, if the request is about exactly one recorded credential that can be read
 * without a prompt. Otherwise prints nothing and calls `full`, which answers the same request from the start.
 */
export async function runFastHelper(protocol: Protocol, full: RunFull): Promise<void> {
  const args = process.argv.slice(2);
  let received: Buffer = Buffer.alloc(0);
  if (args.length === 1 && args[0] === 'get' && !isTerminal(stdin) && !isTerminal(stdout)) {
    try {
      received = readRequest(protocol, args);
      const reply = await answer(protocol, args, received);
      if (reply !== undefined && printAtOnce(reply)) return exitFast();
    } catch {
      // The full program reports it.
    }
  }
  await full(received);
}

/** Reads a request, or the part of it that is there before stdin is larger than expected or would block. */
function readRequest(protocol: Protocol, args: readonly string[]): Buffer {
  const isParagraph = protocol.framing(args, false) === 'paragraph';
  const buffer = Buffer.allocUnsafe(maxRequestBytes);
  let size = 0;
  try {
    while (size < buffer.length && !(isParagraph && endsInBlankLine(buffer, size))) {
      const count = readSync(stdin, buffer, size, buffer.length - size, null);
      if (count === 0) break;
      size += count;
    }
  } catch {
    // EAGAIN, or EOF on Windows.
  }
  return buffer.subarray(0, size);
}

function endsInBlankLine(buffer: Buffer, size: number): boolean {
  return size > 0 && buffer[size - 1] === newline && (size === 1 || buffer[size - 2] === newline);
}

/** `undefined`, or an error: the full program has to run. */
async function answer(protocol: Protocol, args: readonly string[], received: Buffer): Promise<Buffer | undefined> {
  const text = decodeBytes(protocol, received);
  if (text === undefined) return undefined;
  const request = createRequest({ args, isTerminal: false, text, variables: process.env, nowMs: Date.now() });
  const operation = protocol.parse(request);
  if (operation.kind !== 'get') return undefined;
  const recorded = await readRecorded(keystow, process.env, (placement) => findOnlyEntry(placement, operation.from));
  const stored = recorded && decodeBytes(protocol, recorded.secret.expose());
  if (recorded === undefined || stored === undefined || mayBeTokenSet(stored)) return undefined;
  const { service, account, expiresAt } = recorded.entry;
  const found = protocol.outcomes.found(
    { name: { service, account }, text: stored, ...(expiresAt !== undefined && { expiresAt }) },
    operation.request,
  );
  const isAnswer = found?.kind === 'reply' && found.error === undefined && !found.exitCode;
  return isAnswer && found.stdout ? encodeText(protocol, found.stdout) : undefined;
}

async function findOnlyEntry(
  placement: ReadContext['placement'],
  from: Candidates,
): Promise<PlacementEntry | undefined> {
  if ('service' in from) {
    const entries = (await placement.read()).placement.filter(({ service }) => service === from.service);
    return entries.length === 1 ? entries[0] : undefined;
  }
  const [name, ...others] = from.names;
  return name === undefined || others.length > 0 ? undefined : readEntry(placement, name);
}
