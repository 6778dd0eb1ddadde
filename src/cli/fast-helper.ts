import { isUtf8 } from 'node:buffer';
import { readSync, writeSync } from 'node:fs';
import type { ReadContext } from '../app/context.ts';
import { getRecorded, readEntry } from '../app/credentials/get-credential.ts';
import { isTerminal } from '../composition/environment.ts';
import { createReadContext } from '../composition/read-context.ts';
import { isExpired } from '../domain/placement/expiry.ts';
import type { PlacementEntry } from '../domain/placement/placement-index.ts';
import type { Candidates, Protocol, RawRequest } from '../domain/protocols/protocol.ts';
import { mayBeTokenSet } from '../domain/token-set.ts';
import { keystow } from '../profiles/keystow.ts';

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
      if (reply !== undefined && reply.length <= maxBytes && writeSync(stdout, reply) === reply.length) {
        // On Linux all output is written by now, and a regular exit takes 1 ms more.
        if (process.platform === 'linux') process.exit();
        return;
      }
    } catch {
      // The full program reports it.
    }
  }
  await full(received);
}

/** POSIX `PIPE_BUF` on Linux: up to this size, a write to a pipe is atomic. */
const maxBytes = 4096;

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
  const encoding = protocol.encoding ?? 'utf-8';
  const decode = (bytes: Uint8Array) =>
    encoding === 'latin1' || isUtf8(bytes) ? Buffer.from(bytes).toString(encoding) : undefined;
  const text = decode(received);
  if (text === undefined) return undefined;
  const request: RawRequest = {
    args,
    isTerminal: false,
    isRepeated: false,
    text,
    variables: process.env,
    nowMs: Date.now(),
    sha256,
  };
  const operation = protocol.parse(request);
  if (operation.kind !== 'get') return undefined;
  const context = createReadContext(keystow, process.env);
  const { preference } = context.settings.policy;
  if (preference !== 'auto' && preference !== 'file') return undefined;
  const entry = await findOnlyEntry(context.placement, operation.from);
  if (entry === undefined || isExpired(entry, new Date().toISOString())) return undefined;
  const secret = await getRecorded(context, entry);
  const stored = secret && decode(secret.expose());
  if (stored === undefined || mayBeTokenSet(stored)) return undefined;
  const { service, account, expiresAt } = entry;
  const found = protocol.outcomes.found(
    { name: { service, account }, text: stored, ...(expiresAt !== undefined && { expiresAt }) },
    operation.request,
  );
  const isAnswer = found?.kind === 'reply' && found.error === undefined && !found.exitCode;
  return isAnswer && found.stdout ? Buffer.from(found.stdout, encoding) : undefined;
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

function sha256(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
