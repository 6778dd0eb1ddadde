import { spawn } from 'node:child_process';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { decodeSecret } from '../../../app/credentials/get-credential.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { formatName } from '../../../domain/credential-name.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { readStdin } from '../../input.ts';
import { formatCopied } from '../../output/credential-text.ts';
import { credentialOperands, requireSecret } from './credential.ts';

/** setTimeout takes no more: about 24 days. */
const maxSeconds = 2_000_000;

export function copyCommand(cli: Cli): Command {
  return defineCommand({
    name: 'copy',
    summary: 'Copy a secret to the clipboard, and clear it after a while',
    operands: credentialOperands,
    options: {
      'clear-after': {
        value: 'SECONDS',
        default: '45',
        parse: parseSeconds,
        describe: 'when to clear the clipboard, if it still has the secret; 0: never',
      },
      osc52: {
        describe: 'ask the terminal to set the clipboard (OSC 52), for example over SSH; it is not cleared then',
      },
    },
    examples: [
      ['$0 copy github.com alice', 'copy a token, to paste it into a form'],
      ['$0 copy github.com alice --clear-after 10', 'clear it after 10 seconds'],
    ],
    async run({ service, account, 'clear-after': seconds, osc52 }) {
      const { secret, context } = await requireSecret(cli, service, account);
      if (decodeSecret(secret) === undefined || secret.expose().includes(0)) throw notTextError();
      const bytes = secret.expose();
      if (osc52) copyByTerminal(bytes);
      else {
        const clipboard = await cli.services.clipboard(cli.environment);
        await clipboard.copy(bytes);
        if (seconds > 0) startClearing(seconds, bytes);
      }
      if (!context.settings.quiet) {
        await cli.print([formatCopied(formatName({ service, account }), osc52 ? 0 : seconds)]);
      }
    },
  });
}

/** What `copy` starts in the background. */
export function clearClipboardCommand(cli: Cli): Command {
  return defineCommand({
    name: 'clear-clipboard',
    summary: 'Clear the clipboard after a while, if it has the content whose fingerprint is on stdin',
    hidden: true,
    operands: { seconds: { describe: 'how long to wait' } },
    examples: [],
    async run({ seconds }) {
      const expected = await readStdin(process.stdin, cli.signal);
      await new Promise((resolve) => setTimeout(resolve, parseSeconds(seconds) * 1000));
      const clipboard = await cli.services.clipboard(cli.environment);
      const content = await clipboard.paste();
      if (content && expected.length === 2 * keyBytes && isExpected(content, expected)) await clipboard.clear();
    },
  });
}

const keyBytes = 32;

/** Starts a process that outlives this one. It gets a key and a fingerprint of the secret, on stdin. */
function startClearing(seconds: number, secret: Uint8Array): void {
  const [, script = ''] = process.argv;
  const child = spawn(process.execPath, [script, 'clear-clipboard', String(seconds)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const key = randomBytes(keyBytes);
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(Buffer.concat([key, fingerprint(key, secret)]));
  child.unref();
}

function fingerprint(key: Uint8Array, content: Uint8Array): Buffer {
  return createHmac('sha256', key).update(content).digest();
}

/** PowerShell and some clipboards add a line break. */
function isExpected(content: Uint8Array, expected: Buffer): boolean {
  const [key, digest] = [expected.subarray(0, keyBytes), expected.subarray(keyBytes)];
  const text = Buffer.from(content);
  const end = text.at(-1) === 0x0a ? (text.at(-2) === 0x0d ? -2 : -1) : text.length;
  return [text, text.subarray(0, end)].some((each) => timingSafeEqual(fingerprint(key, each), digest));
}

/** Operating System Command 52 of xterm ("Manipulate Selection Data"). */
function copyByTerminal(secret: Uint8Array): void {
  let terminal: number;
  try {
    terminal = openSync('/dev/tty', 'w');
  } catch {
    throw new CredentialError('invalid-input', 'setting the clipboard needs a terminal', {
      hint: 'run it on a terminal, or without --osc52 on a desktop',
    });
  }
  writeSync(terminal, `\x1b]52;c;${Buffer.from(secret).toString('base64')}\x07`);
  closeSync(terminal);
}

function parseSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= maxSeconds) return seconds;
  throw new CredentialError('invalid-input', 'invalid value for --clear-after', {
    hint: `use a number of seconds from 0 to ${maxSeconds}`,
  });
}

function notTextError(): CredentialError {
  return new CredentialError('invalid-input', 'the secret is not text, so it cannot be copied', {
    hint: 'write it to a file: keystow get SERVICE ACCOUNT >FILE',
  });
}
